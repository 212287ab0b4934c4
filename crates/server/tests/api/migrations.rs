//! Schema migrations: atomic, and never to an older version.

use crate::support::*;
use rekey_server::store::Location;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use std::process::Stdio;
use std::time::Instant;

/// Number of times that a program creating a new database is killed.
const KILLS: usize = 20;

async fn change(connection: &mut AnyConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.expect("runs");
}

async fn is_there(connection: &mut AnyConnection, table: &str) -> bool {
    sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM {table}"))).fetch_one(connection).await.is_ok()
}

cli_on_both_databases! {
    async fn rel_10_a_step_that_fails_leaves_nothing_behind(cli) {
        // The last table of the first migration exists already and is not ours.
        let mut connection = cli.connect().await;
        change(&mut connection, "CREATE TABLE audit_head (other BIGINT)").await;
        let lines: [&[&str]; 2] = [&["migrate"], &["serve"]];
        for line in lines {
            let complaint = cli.refused(line);
            assert!(complaint.contains("schema could not be brought up to date") && complaint.trim_end().lines().count() == 1, "{complaint}");
            for table in ["users", "outbox", "audit"] {
                assert!(!is_there(&mut connection, table).await, "half a step: {table}");
            }
        }
        change(&mut connection, "DROP TABLE audit_head").await;
        cli.ok(&["migrate"]);
        assert!(cli.ok(&["audit", "verify"]).contains("intact: 0 rows"));
    }

    async fn rel_10_a_migration_that_was_edited_after_it_ran_is_refused(cli) {
        cli.ok(&["migrate"]);
        let mut connection = cli.connect().await;
        change(&mut connection, "CREATE TABLE kept AS SELECT checksum FROM _sqlx_migrations").await;
        change(&mut connection, "UPDATE _sqlx_migrations SET checksum = (SELECT mac FROM audit_head)").await;
        let complaint = cli.refused(&["serve"]);
        assert!(complaint.contains("migration 1 was previously applied but has been modified") && complaint.trim_end().lines().count() == 1, "{complaint}");
        change(&mut connection, "UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM kept)").await;
        cli.ok(&["migrate"]);
    }

    async fn rel_10_an_older_program_refuses_a_newer_schema(cli) {
        cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
        let mut connection = cli.connect().await;
        change(&mut connection, "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) SELECT 1000, description, success, checksum, 0 FROM _sqlx_migrations WHERE version = 1").await;
        let lines: [&[&str]; 5] = [&["audit", "verify"], &["doctor"], &["serve"], &["user", "add", "--email", "bo@example.com", "--name", "Bo"], &["demo"]];
        for line in lines {
            let complaint = cli.refused(line);
            assert!(complaint.contains("schema version 1000") && complaint.trim_end().lines().count() == 1, "{line:?}: {complaint}");
        }
        let users = sqlx::query("SELECT count(*) FROM users").fetch_one(&mut connection).await.expect("a count");
        assert_eq!(users.get::<i64, _>(0), 1);
        change(&mut connection, "DELETE FROM _sqlx_migrations WHERE version = 1000").await;
        cli.ok(&["migrate"]);
    }

    async fn rel_10_programs_that_start_at_once_on_a_new_database_take_turns(cli) {
        let start = |_| cli.command(&["migrate"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        for program in (0..6).map(start).collect::<Vec<_>>() {
            let output = program.wait_with_output().expect("a child");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let mut connection = cli.connect().await;
        let steps = sqlx::query("SELECT count(*), max(version) FROM _sqlx_migrations").fetch_one(&mut connection).await.expect("counts");
        assert_eq!(steps.get::<i64, _>(0), steps.get::<i64, _>(1), "every step is taken");
    }

    async fn rel_10_a_program_that_is_killed_on_the_way_leaves_all_or_nothing(cli) {
        let mut rng = seeded_rng();
        let begun = Instant::now();
        cli.ok(&["migrate"]);
        let whole = begun.elapsed();
        let (mut made, mut unmade) = (0, 0);
        for _ in 0..KILLS {
            let fresh = Cli::on(if matches!(cli.location(), Location::Sqlite(_)) { Database::Sqlite } else { Database::Postgres }).await;
            let mut program = fresh.command(&["migrate"]).stdout(Stdio::null()).spawn().expect("starts");
            // Real time is the subject: killed at a random, rather early time, during the first migration.
            tokio::time::sleep(whole.mul_f64(rng.f64().powi(2))).await;
            program.kill().expect("killed");
            program.wait().expect("a child");
            let mut connection = fresh.connect().await;
            // PostgreSQL needs a moment to detect that its client has disconnected.
            change(&mut connection, if matches!(fresh.location(), Location::Postgres(_)) { "SELECT pg_advisory_lock(7305421)" } else { "SELECT 1" }).await;
            let there = [is_there(&mut connection, "users").await, is_there(&mut connection, "audit_head").await];
            assert!(there[0] == there[1], "half a step: {there:?}");
            if there[0] { made += 1 } else { unmade += 1 }
            connection.close().await.expect("closes");
            fresh.ok(&["migrate"]);
            assert!(fresh.ok(&["audit", "verify"]).contains("intact: 0 rows"));
        }
        assert!(made + unmade == KILLS && unmade > 0, "{made} {unmade}");
    }
}

async fn count(connection: &mut AnyConnection, what: &str) -> i64 {
    sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM {what}"))).fetch_one(connection).await.expect("a count").get(0)
}

/// Waits until a session of this database waits for a lock.
async fn somebody_waits(connection: &mut AnyConnection) {
    let waiting = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    wait_until("the migration waits for a lock", async || count(connection, waiting).await > 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_10_killed_in_the_middle_of_a_step_postgresql_has_nothing_of_it() {
    let cli = Cli::on(Database::Postgres).await;
    let mut connection = cli.connect().await;
    // Another session is creating a table that the migration creates late: the migration waits, with most of its work done.
    change(&mut connection, "BEGIN; CREATE TABLE audit_head (id BIGINT)").await;
    let mut program = cli.command(&["migrate"]).stdout(Stdio::null()).spawn().expect("starts");
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
    cli.ok(&["migrate"]);
    assert!(cli.ok(&["audit", "verify"]).contains("intact: 0 rows"));
}
