//! Audit log: actor, action, time and origin of each entry, and detection of manipulation.

use crate::support::*;
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeSet;

/// The log as returned to an admin, with the number of rows already read.
struct Ledger<'a> {
    app: &'a TestApp,
    admin: Client,
    read: usize,
    actions: BTreeSet<String>,
}

impl Ledger<'_> {
    /// Returns the new rows, oldest first: action, actor, subject, origin.
    async fn told(&mut self) -> Vec<String> {
        self.app.wait_for_empty_queue().await;
        let page = self.admin.get("/api/audit?limit=100").await.expect(200).json();
        assert_eq!(page["next_cursor"], Value::Null, "one page holds all of it");
        let items = page["items"].as_array().expect("rows");
        let name = |user_ref: &Value| user_ref["name"].as_str().unwrap_or("-").to_owned();
        let (mut rows, new) = (Vec::new(), items.len() - self.read);
        for item in items[..new].iter().rev() {
            assert_eq!(item["at"], "2027-01-15T08:00:00Z", "when");
            for user_ref in [&item["actor"], &item["subject"]] {
                assert!(user_ref.is_null() || user_ref["id"].as_str().is_some_and(|id| id.parse::<i64>().is_ok()), "{user_ref}");
            }
            let action = item["action"].as_str().expect("an action").to_owned();
            rows.push(format!(
                "{action} by {} about {} from {}",
                name(&item["actor"]),
                name(&item["subject"]),
                item["ip"].as_str().unwrap_or("-")
            ));
            self.actions.insert(action);
        }
        self.read = items.len();
        rows
    }
}

/// Returns all actions in the OpenAPI description.
fn all_actions(cli: &Cli) -> BTreeSet<String> {
    let description: Value = serde_json::from_str(&cli.ok(&["openapi"])).expect("JSON");
    let names = description["components"]["schemas"]["Action"]["enum"].as_array().expect("the actions");
    names.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

const CONTRACT: [&str; 18] = [
    "login",
    "login_failed",
    "login_throttled",
    "logout",
    "reset_requested",
    "reset_throttled",
    "reset_mailed",
    "reset_failed",
    "reset_redeemed",
    "reset_renewed",
    "reset_reported",
    "password_changed",
    "user_created",
    "user_updated",
    "user_disabled",
    "user_enabled",
    "users_imported",
    "sessions_ended",
];

on_both_databases! {
    async fn aud_01_every_action_leaves_one_row(app) {
        let cli = app.cli();
        let jo = app.add_user("Jo", "jo@example.com").await;
        let admin = app.admin().await;
        let mut ledger = Ledger { app: &app, admin: admin.clone(), read: 0, actions: BTreeSet::new() };
        macro_rules! leaves {
            ($($row:literal),+) => { assert_eq!(ledger.told().await, [$($row),+]) };
        }
        leaves!("login by Ada Admin about Ada Admin from 127.0.0.1");
        let client = app.client();
        let log_in = async |email: &str, password: &str| client.post("/api/session", json!({"email": email, "password": password})).await.status;
        log_in("nobody@example.com", PASSWORD).await;
        leaves!("login_failed by - about - from 127.0.0.1");
        for _ in 0..5 {
            log_in("jo@example.com", NEW_PASSWORD).await;
            leaves!("login_failed by - about Jo from 127.0.0.1");
        }
        assert_eq!(log_in("jo@example.com", PASSWORD).await, 429);
        leaves!("login_throttled by - about Jo from 127.0.0.1");

        let token = app.link_for("jo@example.com").await;
        leaves!("reset_requested by - about Jo from 127.0.0.1", "reset_mailed by - about Jo from -");
        client.post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(429);
        leaves!("reset_throttled by - about Jo from 127.0.0.1");
        client.post("/api/password-resets", json!({"email": "nobody@example.com"})).await.expect(202);
        leaves!("reset_requested by - about - from 127.0.0.1");
        client.post("/api/password-resets/redeem", json!({"token": token, "password": "short"})).await.expect(422);
        client.post("/api/password-resets/inspect", json!({"token": token})).await.expect(200);
        assert_eq!(ledger.told().await, Vec::<String>::new(), "nothing was done");
        client.post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        leaves!("reset_redeemed by Jo about Jo from 127.0.0.1");

        admin.post(&format!("/api/users/{jo}/password-reset"), json!({})).await.expect(202);
        leaves!("reset_requested by Ada Admin about Jo from 127.0.0.1", "reset_mailed by - about Jo from -");
        admin.post(&format!("/api/users/{jo}/password-reset"), json!({})).await.expect(429);
        leaves!("reset_throttled by Ada Admin about Jo from 127.0.0.1");
        let al = admin.post("/api/users", json!({"name": "Al", "email": "al@example.com"})).await.expect(201).json()["id"].clone();
        leaves!("user_created by Ada Admin about Al from 127.0.0.1", "reset_mailed by - about Al from -");
        let welcome = app.mail_to("al@example.com").await.token();
        client.post("/api/password-resets/renew", json!({"token": welcome})).await.expect(202);
        leaves!("reset_renewed by Al about Al from 127.0.0.1", "reset_mailed by - about Al from -");
        client.post("/api/password-resets/report", json!({"token": welcome})).await.expect(204);
        leaves!("reset_reported by Al about Al from 127.0.0.1");
        client.post("/api/password-resets/report", json!({"token": welcome})).await.expect(204);
        assert_eq!(ledger.told().await, Vec::<String>::new(), "it was reported already");
        app.smtp.set_behaviour(SmtpBehaviour::reject_recipients());
        admin.post("/api/users/password-resets", json!({"ids": [al]})).await.expect(202);
        leaves!("reset_requested by Ada Admin about Al from 127.0.0.1", "reset_failed by - about Al from -");
        app.smtp.set_behaviour(SmtpBehaviour::accept());

        let path = format!("/api/users/{}", al.as_str().expect("an id"));
        for (change, action) in [(json!({"name": "Alba", "role": "admin"}), "updated"), (json!({"status": "disabled"}), "disabled"), (json!({"status": "active"}), "enabled")] {
            admin.patch(&path, change.clone()).await.expect(200);
            assert_eq!(ledger.told().await, [format!("user_{action} by Ada Admin about Alba from 127.0.0.1")]);
            admin.patch(&path, change).await.expect(200);
            assert_eq!(ledger.told().await, Vec::<String>::new(), "nothing changed");
        }

        let jo = app.log_in("jo@example.com", NEW_PASSWORD).await;
        leaves!("login by Jo about Jo from 127.0.0.1");
        jo.put("/api/account/password", json!({"current_password": "not the password", "new_password": PASSWORD})).await.expect(422);
        leaves!("login_failed by Jo about Jo from 127.0.0.1");
        jo.put("/api/account/password", json!({"current_password": NEW_PASSWORD, "new_password": PASSWORD})).await.expect(204);
        leaves!("password_changed by Jo about Jo from 127.0.0.1");
        jo.delete("/api/session").await.expect(204);
        leaves!("logout by Jo about Jo from 127.0.0.1");
        jo.delete("/api/session").await.expect(204);
        assert_eq!(ledger.told().await, Vec::<String>::new(), "nobody was logged in");

        let walked = std::mem::take(&mut ledger.actions);
        // The description also names those of the users area, which nothing writes yet.
        let described = all_actions(&cli);
        assert!(CONTRACT.iter().all(|action| described.contains(*action)), "{described:?}");
        let left: Vec<&str> = CONTRACT.into_iter().filter(|action| !walked.contains(*action)).collect();
        assert_eq!(left, ["users_imported", "sessions_ended"], "walked below");
        assert!(cli.ok(&["audit", "verify"]).contains("intact"));
    }

    async fn aud_01_the_command_line_leaves_rows_too(app) {
        let cli = app.cli();
        let admin = app.admin().await;
        let file = cli.write_file("people.csv", "name,email\nBo,bo@example.com\nCy,\n");
        cli.ok(&["user", "import", &file]);
        cli.ok(&["user", "add", "--email", "di@example.com", "--name", "Di"]);
        let items = admin.get("/api/audit").await.json()["items"].clone();
        let told: Vec<_> = items.as_array().expect("rows").iter().map(|item| (item["action"].clone(), item["subject"]["name"].clone(), item["detail"].clone())).collect();
        assert_eq!(told[0], (json!("user_created"), json!("Di"), json!("By the command line.")));
        assert_eq!(told[1], (json!("users_imported"), Value::Null, json!("2 users, by the command line.")));
        assert_eq!(told.len(), 3, "and the admin's login");
    }

    async fn aud_02_nothing_in_the_api_changes_or_removes_a_row(app) {
        let admin = app.admin().await;
        for path in ["/api/audit", "/api/audit/1"] {
            for method in ["POST", "PUT", "PATCH", "DELETE"] {
                let status = admin.send(admin.request(method, path).json(&json!({}))).await.status;
                assert!(status == 405 || status == 404, "{method} {path}: {status}");
            }
        }
        let description: Value = serde_json::from_str(&app.cli().ok(&["openapi"])).expect("JSON");
        let paths = description["paths"].as_object().expect("paths").iter().filter(|(path, _)| path.contains("audit"));
        let calls: Vec<_> = paths.flat_map(|(path, calls)| calls.as_object().expect("calls").keys().map(move |call| format!("{call} {path}"))).collect();
        assert_eq!(calls, ["get /api/audit"]);
    }

    async fn aud_02_every_manipulation_of_the_rows_is_detected(app) {
        let cli = app.cli();
        app.admin().await;
        app.advance(1);
        for _ in 0..5 {
            app.client().post("/api/session", json!({"email": "nobody@example.com", "password": "wrong"})).await.expect(401);
        }
        let run = async |sql: &str| { sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(app.store.write()).await.expect("runs"); };
        run("CREATE TABLE kept AS SELECT * FROM audit; CREATE TABLE kept_head AS SELECT * FROM audit_head").await;
        let back = "DELETE FROM audit; INSERT INTO audit SELECT * FROM kept; DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head";
        assert!(cli.ok(&["audit", "verify"]).contains("intact: 6 rows"));
        let columns = "at, action, actor_id, actor_name, subject_id, subject_name, ip, detail, mac";
        let head_of_5 = "UPDATE audit_head SET seq = 5, mac = (SELECT mac FROM audit WHERE seq = 5)";
        for (sql, found) in [
            // Edited.
            ("UPDATE audit SET at = at + 1 WHERE seq = 3", "Row 3"),
            ("UPDATE audit SET action = 'login' WHERE seq = 3", "Row 3"),
            ("UPDATE audit SET actor_name = 'Eve' WHERE seq = 1", "Row 1"),
            ("UPDATE audit SET actor_id = NULL, actor_name = NULL WHERE seq = 1", "Row 1"),
            ("UPDATE audit SET subject_id = subject_id + 1 WHERE seq = 1", "Row 1"),
            ("UPDATE audit SET ip = NULL WHERE seq = 6", "Row 6"),
            // An incomplete user reference where there was none.
            ("UPDATE audit SET actor_id = 7 WHERE seq = 3", "Row 3"),
            ("UPDATE audit SET subject_name = 'Eve' WHERE seq = 3", "Row 3"),
            ("UPDATE audit SET detail = '' WHERE seq = 2", "Row 2"),
            ("UPDATE audit SET mac = (SELECT mac FROM kept WHERE seq = 4) WHERE seq = 5", "Row 5"),
            // The same bytes split differently between columns: an unknown action is not shown.
            ("UPDATE audit SET action = action || '+' || ip, ip = NULL WHERE seq = 3", "Row 3"),
            // Deleted rows: the first, one in between, the newest with a matching head, all.
            ("DELETE FROM audit WHERE seq = 1", "Row 1"),
            ("DELETE FROM audit WHERE seq = 3", "Row 3"),
            ("DELETE FROM audit WHERE seq = 6", "newest rows"),
            (&format!("DELETE FROM audit WHERE seq = 6; {head_of_5}"), "end of the audit log"),
            ("DELETE FROM audit WHERE seq = 6; DELETE FROM audit_head", "end of the audit log"),
            ("DELETE FROM audit; DELETE FROM audit_head", "all of it was deleted"),
            // The same, with user references that seem to belong to the next row.
            (&format!("DELETE FROM audit; DELETE FROM audit_head; UPDATE users SET created_at = {}", app.now()), "all of it was deleted"),
            // Deleted, with the remaining rows renumbered.
            ("DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6", "Row 3"),
            // Two rows swapped.
            ("UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 99", "Row 2"),
            // Inserted rows: before the first, and a copy after the last.
            (&format!("INSERT INTO audit (seq, {columns}) SELECT 0, {columns} FROM kept WHERE seq = 1"), "Row 0"),
            (&format!("INSERT INTO audit (seq, {columns}) SELECT 7, {columns} FROM kept WHERE seq = 6"), "Row 7"),
            // The head.
            ("UPDATE audit_head SET seal = mac", "end of the audit log"),
            ("UPDATE audit_head SET seq = 5", "end of the audit log"),
            ("DELETE FROM audit_head", "end of the audit log"),
        ] {
            run(sql).await;
            let complaint = cli.refused(&["audit", "verify"]);
            assert!(complaint.contains(found), "{sql}: {complaint}");
            // Rows that the server appends do not hide the manipulation.
            app.client().post("/api/session", json!({"email": "nobody2@example.com", "password": "wrong"})).await.expect(401);
            assert_eq!(cli.run(&["audit", "verify"]).status.code(), Some(2), "covered up: {sql}");
            run(back).await;
            run("DELETE FROM login_failures").await;
        }
        assert!(cli.ok(&["audit", "verify"]).contains("intact: 6 rows"));
    }

    async fn aud_02_a_row_of_another_history_of_the_same_log_is_detected(app) {
        let cli = app.cli();
        let run = async |sql: &str| { sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(app.store.write()).await.expect("runs"); };
        let fail_twice = async |who: &str| {
            for n in 0..2 {
                let body = json!({"email": format!("{who}{n}@example.com"), "password": "wrong"});
                app.client().post("/api/session", body).await.expect(401);
            }
        };
        fail_twice("nobody").await;
        run("CREATE TABLE older AS SELECT * FROM audit; CREATE TABLE older_head AS SELECT * FROM audit_head").await;
        fail_twice("somebody").await;
        run("CREATE TABLE newer AS SELECT * FROM audit").await;
        // A restored backup continues with a different history.
        run("DELETE FROM audit; INSERT INTO audit SELECT * FROM older; DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM older_head").await;
        app.advance(1);
        fail_twice("anybody").await;
        assert!(cli.ok(&["audit", "verify"]).contains("intact: 4 rows"));
        run("DELETE FROM audit WHERE seq = 3; INSERT INTO audit SELECT * FROM newer WHERE seq = 3").await;
        assert!(cli.refused(&["audit", "verify"]).contains("Row 4"), "it is genuine, and what follows was not written after it");
    }

    async fn aud_02_another_key_verifies_nothing(app) {
        app.admin().await;
        let cli = app.cli();
        assert!(cli.refused(&["audit", "verify", "--secret-key", "another key, as long as it takes"]).contains("Row 1"));
        assert!(cli.ok(&["audit", "verify"]).contains("intact: 1 rows"));
    }

    async fn aud_02_many_writers_at_once_leave_one_chain(app) {
        let calls = (0..60).map(|n| {
            let client = app.client();
            async move {
                match n % 2 {
                    0 => client.post("/api/session", json!({"email": format!("nobody{n}@example.com"), "password": "wrong"})).await.expect(401),
                    _ => client.post("/api/password-resets", json!({"email": format!("nobody{n}@example.com")})).await,
                }
            }
        });
        futures_util::future::join_all(calls).await;
        app.wait_for_empty_queue().await;
        let rows = sqlx::query("SELECT count(*) FROM audit").fetch_one(app.store.read()).await.expect("a count").get::<i64, _>(0);
        assert!(app.cli().ok(&["audit", "verify"]).contains(&format!("intact: {rows} rows")));
        assert!(rows >= 60 - 1, "{rows}");
    }
}

#[tokio::test]
async fn aud_01_a_restore_leaves_a_row() {
    let cli = Cli::on(Database::Sqlite).await;
    cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
    cli.ok(&["backup", "backup.db"]);
    cli.ok(&["restore", "backup.db"]);
    let store = rekey_server::store::Store::open(&cli.location()).await.expect("opens");
    let rows = sqlx::query("SELECT action, detail FROM audit ORDER BY seq").fetch_all(store.read()).await.expect("rows");
    let told: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(told[1], ("sessions_ended".to_owned(), "Restored from a backup. Sessions ended: 0.".to_owned()));
    assert!(cli.ok(&["audit", "verify"]).contains("intact: 2 rows"));
}
