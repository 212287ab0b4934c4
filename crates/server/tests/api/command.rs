//! Commands of the program: output, error messages and exit codes.

use crate::support::*;
use rekey_server::store::Location;
use serde_json::json;
use sqlx::{AnyConnection, Row};

cli_on_both_databases! {
    async fn a_user_is_added_and_the_link_is_printed(cli) {
        let link = cli.ok(&["user", "add", "--email", "Ada@Example.com", "--name", "Ada", "--role", "admin"]);
        assert!(link.starts_with("http://localhost:8080/reset-password#token="), "{link}");
        assert!(cli.refused(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]).contains("exists already"));
        assert!(cli.ok(&["audit", "verify"]).contains("intact: 1 rows"));
        assert!(cli.ok(&["doctor"]).contains("1 active admins"));
    }

    async fn an_import_takes_all_or_nothing(cli) {
        cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
        let bad = cli.write_file("bad.csv", "name,email,role,extension\n,x@example.com,,\nBo,bo@example.com,boss,\nCy,ADA@example.com,,\nDi,di@example.com,,5\nEd,di@example.com,,\n");
        let complaint = cli.refused(&["user", "import", &bad]);
        for line in ["line 2, column 1", "line 3, column 3", "line 4, column 2", "line 6, column 2"] {
            assert!(complaint.contains(line), "{line} in {complaint}");
        }
        let good = cli.write_file("good.csv", "name,email,role,extension\nBo,bo@example.com,admin,\nCy,ADA@example.com,,\nDi,not an address,,2000\nEd,,,\n");
        assert!(cli.refused(&["user", "import", &good]).contains("line 3, column 2"));
        let done = cli.ok(&["user", "import", &good, "--skip-duplicates"]);
        assert_eq!(done, "Imported 3 users; nobody was mailed. 2 have no valid address: the users table marks them. 1 duplicate lines were left out.\n");
        assert!(cli.refused(&["user", "import", "nowhere.csv"]).contains("cannot be read"));
    }

    async fn a_demo_fills_an_empty_database_only(cli) {
        cli.ok(&["migrate"]);
        let mut connection = cli.connect().await;
        let before = schema(&cli, &mut connection).await;
        let told = cli.ok(&["demo", "--users", "300"]);
        let password = told.strip_prefix("password: ").expect("a password").trim();
        assert!(password.chars().count() >= 15, "{password}");
        assert!(cli.refused(&["demo"]).contains("holds users already"));

        // The data is loaded without indexes. Afterwards they exist again, and every user is found, including new ones.
        assert_eq!(schema(&cli, &mut connection).await, before);
        cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
        let server = cli.serve(&[]);
        let admin = server.client();
        admin.post("/api/session", json!({"email": "admin@example.com", "password": password})).await.expect(200);
        for question in ["filter=all", "filter=all&sort=-email", "filter=all&sort=-extension", "filter=no_valid_email", "filter=disabled"] {
            let everybody = admin.get(&format!("/api/users?limit=100&{question}")).await.expect(200).json();
            let users = everybody["items"].as_array().expect("items");
            assert!(!users.is_empty(), "{question}");
            for user in users {
                let extension = user["extension"].as_str().expect("an extension");
                let found = admin.get(&format!("/api/users?search={extension}&{question}")).await.expect(200).json();
                let items = found["items"].as_array().expect("items");
                assert!(items.iter().any(|found| found["id"] == user["id"]) && found["total"] == items.len(), "{question}: {found}");
            }
            let added = admin.get(&format!("/api/users?search=ada%40example.com&{question}")).await.expect(200).json();
            assert_eq!(added["total"], u64::from(question.contains("all")), "{question}");
        }
    }
}

/// Returns the names of everything in the schema.
async fn schema(cli: &Cli, connection: &mut AnyConnection) -> Vec<String> {
    let names = match cli.location() {
        Location::Sqlite(_) => "SELECT name FROM sqlite_master ORDER BY name",
        Location::Postgres(_) => {
            "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' ORDER BY 1"
        }
    };
    sqlx::query(names).fetch_all(connection).await.expect("names").iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn an_impossible_command_prints_one_sentence_and_exits_with_2() {
    let cli = Cli::on(Database::Sqlite).await;
    let occupied = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = occupied.local_addr().expect("an address").to_string();
    let lines: [(&[&str], &str); 6] = [
        (&["serve", "--database-url", "sqlite:///nowhere/at/all/rekey.db"], "cannot be opened"),
        (&["serve", "--listen", &address], "stop what uses it"),
        (&["serve", "--smtp-url", "smpt://mail.example.com"], "--smtp-url"),
        (&["serve", "--public-url", "http://reset.example.com"], "https"),
        (&["serve", "--link-ttl", "25h"], "24h"),
        (&["backup", "/nowhere/at/all/backup.db"], "cannot be written"),
    ];
    for (line, wanted) in lines {
        let complaint = cli.refused(line);
        assert!(complaint.contains(wanted) && complaint.trim_end().lines().count() == 1, "{line:?}: {complaint}");
    }
}

#[tokio::test]
async fn tok_04_a_link_that_would_live_over_a_day_refuses_to_start() {
    let cli = Cli::on(Database::Sqlite).await;
    cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada", "--role", "admin"]);
    // If the value were accepted, the server would fail on the occupied port instead of running forever.
    let occupied = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = occupied.local_addr().expect("an address").to_string();
    for flag in ["--link-ttl", "--invite-ttl"] {
        for life in ["86401s", "24h1s", "25h", "2d"] {
            let complaint = cli.refused(&["serve", "--listen", &address, flag, life]);
            assert!(complaint.contains(flag) && complaint.contains("24h at most"), "{complaint}");
        }
        for life in ["24h", "1d", "86400s"] {
            cli.ok(&["doctor", flag, life]);
        }
    }
}

#[tokio::test]
async fn postgresql_is_backed_up_by_its_own_tools() {
    let cli = Cli::on(Database::Postgres).await;
    assert!(cli.refused(&["backup", "x.db"]).contains("pg_dump"));
    assert!(cli.refused(&["restore", "x.db"]).contains("pg_dump"));
}

#[tokio::test]
async fn rel_09_a_restore_brings_back_users_and_neither_links_nor_sessions() {
    let cli = Cli::on(Database::Sqlite).await;
    cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
    cli.ok(&["backup", "backup.db"]);
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(cli.path("backup.db")).expect("a file").permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    cli.ok(&["user", "add", "--email", "bo@example.com", "--name", "Bo"]);
    assert!(cli.refused(&["backup", "backup.db"]).contains("exists already"));
    assert!(cli.refused(&["restore", &cli.write_file("junk.db", "junk")]).contains("no backup"));
    let told = cli.ok(&["restore", "backup.db"]);
    assert!(told.contains("restored") && told.contains("before-restore"), "{told}");
    cli.ok(&["user", "add", "--email", "bo@example.com", "--name", "Bo"]);
    assert!(cli.ok(&["audit", "verify"]).contains("intact: 3 rows"));
}
