//! Read-only commands on a missing or empty database: they report what is missing and create nothing.

use crate::support::*;
use rekey_server::store::Location;
use std::path::Path;

/// The commands that create nothing but their output.
const LOOKING: [&[&str]; 3] = [&["doctor"], &["audit", "verify"], &["backup", "copy.db"]];

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(dir).expect("listed").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn rel_11_at_a_mistyped_path_no_command_makes_a_database_or_a_key() {
    for line in LOOKING {
        let cli = Cli::with_sqlite();
        let mut command = cli.command(line);
        let output = command.env_remove("REKEY_SECRET_KEY").output().expect("the program runs");
        let complaint = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{line:?}: {complaint}");
        assert!(complaint.contains("There is no database at") && complaint.contains("rekey.db"), "{line:?}: {complaint}");
        assert_eq!(files(cli.dir()), Vec::<String>::new(), "{line:?}");
    }
}

#[test]
fn rel_11_a_file_that_is_no_database_of_rekey_is_named_and_stays_as_it_is() {
    for content in ["", "not a database, but long enough to be read as one"] {
        for line in LOOKING {
            let cli = Cli::with_sqlite();
            cli.write_file("rekey.db", content);
            let complaint = cli.refused(line);
            assert!(complaint.contains("rekey.db"), "{line:?}: {complaint}");
            assert_eq!(files(cli.dir()), ["rekey.db"], "{line:?}");
            assert_eq!(std::fs::read_to_string(cli.path("rekey.db")).expect("a file"), content, "{line:?}");
        }
    }
}

#[tokio::test]
async fn rel_11_a_missing_key_file_is_named_and_never_made_anew() {
    let cli = Cli::on(Database::Sqlite).await;
    let run = |line: &[&str]| cli.command(line).env_remove("REKEY_SECRET_KEY").output().expect("the program runs");
    assert!(run(&["user", "add", "--email", "ada@example.com", "--name", "Ada", "--role", "admin"]).status.success());
    assert!(run(&["doctor"]).status.success(), "with its key all is well");
    assert!(run(&["backup", "copy.db"]).status.success());
    std::fs::remove_file(cli.path("rekey.key")).expect("removed");
    for line in [&["doctor"][..], &["audit", "verify"], &["restore", "copy.db"]] {
        let output = run(line);
        let complaint = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{line:?}: {complaint}");
        assert!(complaint.contains("rekey.key"), "{line:?}: {complaint}");
        assert!(!files(cli.dir()).iter().any(|name| name == "rekey.key"), "{line:?}");
    }
}

cli_on_both_databases! {
    async fn rel_11_an_empty_database_gets_no_table_from_a_command_that_looks(cli) {
        // An empty SQLite file, as an interrupted start leaves it behind.
        let mut connection = cli.connect().await;
        for line in [&["doctor"][..], &["audit", "verify"]] {
            let complaint = cli.refused(line);
            assert!(complaint.contains("holds no tables of Rekey") && complaint.contains("rekey serve"), "{line:?}: {complaint}");
        }
        let tables = match cli.location() {
            Location::Sqlite(_) => "SELECT name FROM sqlite_master",
            Location::Postgres(_) => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
        };
        assert!(sqlx::query(tables).fetch_all(&mut connection).await.expect("names").is_empty(), "a table was made");
    }

    async fn rel_11_doctor_tells_what_is_wrong_from_what_it_could_not_look_at(cli) {
        cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
        let output = cli.run(&["doctor"]);
        assert_eq!(output.status.code(), Some(1), "nobody is an admin");
        cli.ok(&["user", "add", "--email", "bo@example.com", "--name", "Bo", "--role", "admin"]);
        cli.ok(&["doctor"]);
    }
}
