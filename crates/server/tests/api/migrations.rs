//! The schema: brought up to date whole or not at all, and never by an older program.

use crate::support::*;
use rekey_server::store::Location;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use std::process::Stdio;
use std::time::Instant;

/// Kills of a program that makes a new database.
const KILLS: usize = 20;

async fn change(connection: &mut AnyConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.expect("runs");
}

async fn is_there(connection: &mut AnyConnection, table: &str) -> bool {
    sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM {table}"))).fetch_one(connection).await.is_ok()
}

cli_on_both_databases! {
    async fn rel_10_a_step_that_fails_leaves_nothing_behind(cli) {
        // The last table of the first step is there already, and not ours.
        let mut connection = cli.connect().await;
        change(&mut connection, "CREATE TABLE audit_head (other BIGINT)").await;
        let lines: [&[&str]; 2] = [&["audit", "verify"], &["serve"]];
        for line in lines {
            let complaint = cli.refused(line);
            assert!(complaint.contains("schema could not be brought up to date") && complaint.trim_end().lines().count() == 1, "{complaint}");
            for table in ["users", "outbox", "audit"] {
                assert!(!is_there(&mut connection, table).await, "half a step: {table}");
            }
        }
        change(&mut connection, "DROP TABLE audit_head").await;
        assert!(cli.ok(&["audit", "verify"]).contains("intact: 0 rows"));
    }

    async fn rel_10_users_of_an_older_schema_are_found_in_every_order(cli) {
        let people = cli.write_file("people.csv", "name,email,role,extension\nAda,ada@example.com,,\nZoë,zoe@example.com,,100000000\n정아,,,55555\n");
        cli.ok(&["user", "import", &people]);
        let mut connection = cli.connect().await;
        take_step_7_back(&cli, &mut connection).await;
        connection.close().await.expect("closes");
        cli.ok(&["audit", "verify"]);
        let mut connection = cli.connect().await;
        for order in ["name", "email", "extension"] {
            for typed in ["ada", "zoe", "555"] {
                let found = match cli.location() {
                    Location::Sqlite(_) if order == "name" => format!("users_search('{typed}')"),
                    Location::Sqlite(_) => format!("users_search_by_{order}('{typed}')"),
                    Location::Postgres(_) => format!("users_search_by_{order} WHERE search LIKE '%{typed}%'"),
                };
                assert_eq!(count(&mut connection, &found).await, 1, "{typed} by {order}");
            }
        }
    }

    async fn rel_10_an_older_program_refuses_a_newer_schema(cli) {
        cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
        let mut connection = cli.connect().await;
        change(&mut connection, "INSERT INTO schema_steps (step) VALUES (1000)").await;
        let lines: [&[&str]; 5] = [&["audit", "verify"], &["doctor"], &["serve"], &["user", "add", "--email", "bo@example.com", "--name", "Bo"], &["demo"]];
        for line in lines {
            let complaint = cli.refused(line);
            assert!(complaint.contains("schema version 1000") && complaint.trim_end().lines().count() == 1, "{line:?}: {complaint}");
        }
        let users = sqlx::query("SELECT count(*) FROM users").fetch_one(&mut connection).await.expect("a count");
        assert_eq!(users.get::<i64, _>(0), 1);
        change(&mut connection, "DELETE FROM schema_steps WHERE step = 1000").await;
        cli.ok(&["audit", "verify"]);
    }

    async fn rel_10_programs_that_start_at_once_on_a_new_database_take_turns(cli) {
        let start = |_| cli.command(&["audit", "verify"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        for program in (0..6).map(start).collect::<Vec<_>>() {
            let output = program.wait_with_output().expect("a child");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let mut connection = cli.connect().await;
        let steps = sqlx::query("SELECT count(*), max(step) FROM schema_steps").fetch_one(&mut connection).await.expect("counts");
        assert_eq!(steps.get::<i64, _>(0), steps.get::<i64, _>(1), "every step is taken");
    }

    async fn rel_10_a_program_that_is_killed_on_the_way_leaves_all_or_nothing(cli) {
        let mut rng = seeded_rng();
        let begun = Instant::now();
        cli.ok(&["audit", "verify"]);
        let whole = begun.elapsed();
        let (mut made, mut unmade) = (0, 0);
        for _ in 0..KILLS {
            let fresh = Cli::on(if matches!(cli.location(), Location::Sqlite(_)) { Database::Sqlite } else { Database::Postgres }).await;
            let mut program = fresh.command(&["audit", "verify"]).stdout(Stdio::null()).spawn().expect("starts");
            // A real clock is the subject: killed at a random moment, rather an early one, during the first step.
            tokio::time::sleep(whole.mul_f64(rng.f64().powi(2))).await;
            program.kill().expect("killed");
            program.wait().expect("a child");
            let mut connection = fresh.connect().await;
            // PostgreSQL takes a moment to notice that its client is gone.
            change(&mut connection, if matches!(fresh.location(), Location::Postgres(_)) { "SELECT pg_advisory_lock(7305421)" } else { "SELECT 1" }).await;
            let there = [is_there(&mut connection, "users").await, is_there(&mut connection, "audit_head").await];
            assert!(there[0] == there[1], "half a step: {there:?}");
            if there[0] { made += 1 } else { unmade += 1 }
            connection.close().await.expect("closes");
            assert!(fresh.ok(&["audit", "verify"]).contains("intact: 0 rows"));
        }
        assert!(made + unmade == KILLS && unmade > 0, "{made} {unmade}");
    }
}

/// Makes the schema what it was before the search had an index for each order.
async fn take_step_7_back(cli: &Cli, connection: &mut AnyConnection) {
    let back = match cli.location() {
        Location::Sqlite(_) => {
            "DROP TRIGGER users_search_delete; DROP TRIGGER users_search_by_email_insert; DROP TRIGGER users_search_by_email_update;
             DROP TRIGGER users_search_by_extension_insert; DROP TRIGGER users_search_by_extension_update;
             DROP TABLE users_search_by_email; DROP TABLE users_search_by_extension; ALTER TABLE users DROP COLUMN place_by_email"
        }
        Location::Postgres(_) => {
            "DROP TABLE users_search_by_name, users_search_by_email, users_search_by_extension;
             DROP FUNCTION users_search_insert, users_search_update, users_search_delete, users_spelt CASCADE;
             DO $$ BEGIN FOR shelf IN 0..22 LOOP EXECUTE format('CREATE INDEX users_search_%s ON users (id)', shelf); END LOOP; END $$"
        }
    };
    change(connection, &format!("{back}; DELETE FROM schema_steps WHERE step = 7")).await;
}

async fn count(connection: &mut AnyConnection, what: &str) -> i64 {
    sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM {what}"))).fetch_one(connection).await.expect("a count").get(0)
}

/// Waits until somebody in this database waits for a lock.
async fn somebody_waits(connection: &mut AnyConnection) {
    let waiting = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    wait_until("the migration waits for a lock", async || count(connection, waiting).await > 0).await;
}

#[tokio::test]
async fn rel_10_what_an_older_program_writes_meanwhile_is_found_on_postgresql() {
    let cli = Cli::on(Database::Postgres).await;
    cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
    let mut connection = cli.connect().await;
    take_step_7_back(&cli, &mut connection).await;
    change(&mut connection, "BEGIN; UPDATE users SET name_sort = 'zoe', search = 'zoe'").await;
    let mut program = cli.command(&["audit", "verify"]).stdout(Stdio::null()).spawn().expect("starts");
    somebody_waits(&mut cli.connect().await).await;
    change(&mut connection, "COMMIT").await;
    assert!(program.wait().expect("a child").success());
    let found = [("name", "name_sort = 'zoe' AND"), ("email", ""), ("extension", "")];
    for (order, which) in found {
        assert_eq!(count(&mut connection, &format!("users_search_by_{order} WHERE {which} search = 'zoe'")).await, 1, "{order}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_10_killed_in_the_middle_of_a_step_postgresql_has_nothing_of_it() {
    let cli = Cli::on(Database::Postgres).await;
    let mut connection = cli.connect().await;
    // A table that the step makes late is being made by somebody else: the step waits, with most of it done.
    change(&mut connection, "BEGIN; CREATE TABLE audit_head (id BIGINT)").await;
    let mut program = cli.command(&["audit", "verify"]).stdout(Stdio::null()).spawn().expect("starts");
    let mut watch = cli.connect().await;
    somebody_waits(&mut watch).await;
    program.kill().expect("killed");
    program.wait().expect("a child");
    change(&mut connection, "ROLLBACK").await;
    change(&mut watch, "SELECT pg_advisory_lock(7305421)").await;
    for table in ["users", "outbox", "audit", "audit_head"] {
        assert!(!is_there(&mut watch, table).await, "half a step: {table}");
    }
    change(&mut watch, "SELECT pg_advisory_unlock(7305421)").await;
    assert!(cli.ok(&["audit", "verify"]).contains("intact: 0 rows"));
}
