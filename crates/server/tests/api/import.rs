//! `rekey user import` with CSV files in the dialects of common spreadsheets.

use crate::support::*;

#[tokio::test]
async fn files_of_every_make_are_read() {
    let cli = Cli::on(Database::Sqlite).await;
    let plain = "name,email,role,extension\nAda,ada@example.com,admin,7\nBo,bo@example.com,,\n";
    for (at, file) in [
        plain.to_owned(),
        format!("\u{feff}{plain}"),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        "\u{feff}\"Name\",\"EMAIL\"\r\n\"Ada \"\"A\"\"\",\"ada@example.com\"\r\n\"Bo\",\"bo@example.com\"".to_owned(),
        "extension,email,name\n7,ada@example.com,Ada\n,bo@example.com,Bo\n".to_owned(),
        "Ada,ada@example.com\nBo,bo@example.com\n".to_owned(),
        format!("\n\n{plain}\n\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = cli.write_file("users.csv", &file);
        let told = cli.ok(&["user", "import", &path, "--database-url", &format!("sqlite://{at}.db")]);
        assert_eq!(told, "Imported 2 users; nobody was mailed.\n", "{file:?}");
    }
}

#[tokio::test]
async fn a_broken_file_names_line_and_column_and_imports_nobody() {
    let cli = Cli::on(Database::Sqlite).await;
    for (file, places) in [
        ("name;email\nAda;ada@example.com\n", &["line 1, column 1"][..]),
        ("name,mail\nAda,ada@example.com\n", &["line 1, column 2"]),
        ("name,email,team\nAda,ada@example.com,x\n", &["line 1, column 3"]),
        ("email,role\nada@example.com,admin\n", &["line 1, column 2"]),
        ("name,email\n\"Ada\n\",ada@example.com\nBo,bo@example.com\n,cy@example.com\n", &["line 2, column 1", "line 5, column 1"]),
        ("name,email\nAda,ada@example.com,admin\n", &["line 2, column 3"]),
        (
            "email,name,extension\nada@example.com,Ada,7\nADA@example.com,Ada B,8\nbo@example.com,Bo,7\n",
            &["line 3, column 1", "line 4, column 3"],
        ),
        (
            "name,email,extension\nAda,ada@example.com,0\nBo,bo@example.com,1.5\nCy,cy@example.com,9999999999\n",
            &["line 2, column 3", "line 3, column 3", "line 4, column 3"],
        ),
    ] {
        let told = cli.refused(&["user", "import", &cli.write_file("users.csv", file)]);
        assert!(told.starts_with("rekey: Nothing was imported."), "{told}");
        assert_eq!(told.lines().count(), 1 + places.len(), "{told}");
        assert!(places.iter().all(|place| told.contains(place)), "{file:?}: {told}");
    }
    std::fs::write(cli.path("latin1.csv"), b"name,email\nJ\xfcrgen,j@example.com\n").expect("a file");
    let told = cli.refused(&["user", "import", "latin1.csv"]);
    assert!(told.contains("line 2, column 1") && told.contains("UTF-8"), "{told}");
    let doctor = cli.run(&["doctor"]);
    let found = [doctor.stdout, doctor.stderr].concat();
    assert!(String::from_utf8_lossy(&found).contains(": 0 users"), "nobody was imported");
}

#[tokio::test]
async fn a_file_imported_twice_adds_each_user_once() {
    let cli = Cli::on(Database::Sqlite).await;
    let file = cli.write_file("users.csv", "email,name,extension\nada@example.com,Ada,\nnot an address,Bo,\n,Cy,\n,Di,12\n");
    assert!(cli.ok(&["user", "import", &file]).starts_with("Imported 4 users"));
    let told = cli.refused(&["user", "import", &file]);
    for place in ["line 2, column 1", "line 3, column 2", "line 4, column 2", "line 5, column 3"] {
        assert!(told.contains(place), "{place} in {told}");
    }
    let told = cli.ok(&["user", "import", &file, "--skip-duplicates"]);
    assert_eq!(told, "Imported 0 users; nobody was mailed. 4 duplicate lines were left out.\n");
    assert!(cli.ok(&["audit", "verify"]).contains(": 1 rows"), "an import of nobody is no event");
}

#[tokio::test]
async fn the_highest_extension_does_not_end_the_numbers() {
    let cli = Cli::on(Database::Sqlite).await;
    let file = cli
        .write_file("users.csv", "name,email,extension\nAda,ada@example.com,999999999\nBo,bo@example.com,1001\nCy,cy@example.com,1003\n");
    cli.ok(&["user", "import", &file]);
    cli.ok(&["user", "add", "--email", "di@example.com", "--name", "Di"]);
    let file = cli.write_file("more.csv", "name,email,extension\nEd,ed@example.com,1005\nFi,fi@example.com,\nGo,go@example.com,\n");
    cli.ok(&["user", "import", &file]);
    let store = rekey_server::store::Store::inspect(&cli.path("rekey.db")).await.expect("opens");
    let rows = sqlx::query("SELECT extension FROM users ORDER BY extension").fetch_all(store.read()).await.expect("rows");
    let extensions: Vec<i64> = rows.iter().map(|row| sqlx::Row::get(row, 0)).collect();
    assert_eq!(extensions, [1000, 1001, 1002, 1003, 1004, 1005, 999_999_999]);
}
