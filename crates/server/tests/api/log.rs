//! The log of the real program at trace level: no secrets, and no forged lines.

use crate::support::*;
use sqlx::{AssertSqlSafe, Connection};

/// Passwords and an SMTP password that occur nowhere else.
const FIRST: &str = "canary umbrella at the first door";
const SECOND: &str = "canary umbrella at the second door";
const WRONG: &str = "canary umbrella that nobody owns";
const SMTP_PASSWORD: &str = "canary-postmaster";
/// Every text log line begins with the year.
const YEAR: &str = "20";

fn token_of(printed: &str) -> String {
    printed.trim().split_once("#token=").expect("a link").1.to_owned()
}

/// Runs through all flows, including errors. Returns the secrets that must not be in the log.
async fn walk(program: &Program) -> Vec<String> {
    let invitation = token_of(&program.run(&["user", "add", "--email", "ada@example.com", "--name", "Ada", "--role", "admin"]));
    let admin = program.client();
    let resets = |call: &str| format!("/api/password-resets/{call}");
    admin.post(&resets("inspect"), json!({"token": invitation})).await.expect(200);
    admin.post(&resets("redeem"), json!({"token": invitation, "password": "short canary"})).await.expect(422);
    admin.post(&resets("redeem"), json!({"token": invitation, "password": FIRST})).await.expect(200);
    admin.post("/api/session", json!({"email": "ada@example.com", "password": WRONG})).await.expect(401);
    admin.post("/api/session", json!({"email": "ada@example.com", "password": FIRST})).await.expect(200);
    let cookie = admin.cookie().expect("a cookie");

    let jo = admin.post("/api/users", json!({"name": "Jo", "email": "jo@example.com"})).await.expect(201).json()["id"].clone();
    let welcome = program.smtp.wait_for_mail(|mail| mail.subject().starts_with("Welcome")).await.token();
    program.smtp.set_behaviour(SmtpBehaviour::reject_quoting());
    admin.send(admin.request("POST", &format!("/api/users/{}/password-reset", jo.as_str().expect("an id")))).await.expect(202);
    wait_until("the mail is rejected", async || admin.get("/api/users?search=jo").await.json()["items"][0]["reset"]["state"] == "failed")
        .await;
    let quoted = program.smtp.rejected_mails().into_iter().find(|mail| mail.to == ["jo@example.com"]).expect("a refused mail").token();
    program.smtp.set_behaviour(SmtpBehaviour::busy());
    program.client().post("/api/password-resets", json!({"email": "ada@example.com"})).await.expect(202);
    program.smtp.wait_for_deferrals(1).await;
    program.smtp.set_behaviour(SmtpBehaviour::accept());
    let forgotten = program.smtp.wait_for_mail(|mail| mail.to == ["ada@example.com"] && mail.subject().starts_with("Reset")).await.token();
    admin.put("/api/account/password", json!({"current_password": WRONG, "new_password": SECOND})).await.expect(422);
    admin.put("/api/account/password", json!({"current_password": FIRST, "new_password": SECOND})).await.expect(204);
    program.smtp.wait_for_mail(|mail| mail.subject().contains("was changed")).await;
    for call in ["inspect", "redeem", "renew", "report"] {
        let mut body = json!({"token": forgotten});
        if call == "redeem" {
            body["password"] = json!(WRONG);
        }
        admin.post(&resets(call), body).await;
    }
    // Malformed requests with secrets in the wrong places.
    for body in [
        format!("{{\"email\":\"{FIRST}"),
        format!("{{\"{FIRST}\":1}}"),
        format!("{{\"email\":\"ada@example.com\",\"password\":[\"{FIRST}\"]}}"),
    ] {
        admin.send(admin.request("POST", "/api/session").header("content-type", "application/json").body(body)).await;
    }
    for path in [
        format!("/reset-password?token={forgotten}"),
        format!("/api/users/{forgotten}"),
        format!("/api/users?search={forgotten}&x={forgotten}"),
    ] {
        admin.get(&path).await;
    }
    let head = format!(
        "GET /api/{welcome} HTTP/1.1\r\nhost: {welcome}\r\nuser-agent: {welcome}\r\nreferer: http://x/?{welcome}\r\nauthorization: Bearer {welcome}\r\nx-forwarded-for: {welcome}\r\ncookie: {cookie}; a={welcome}"
    );
    raw_http::exchange(&program.server.base, head.as_bytes(), b"").await;
    raw_http::exchange(&program.server.base, format!("GET / HTTP/{welcome}\r\n{welcome}").as_bytes(), b"").await;
    admin.delete("/api/session").await.expect(204);
    // Internal errors: tables are missing while secrets are written.
    let again = program.client();
    again.post("/api/session", json!({"email": "ada@example.com", "password": SECOND})).await.expect(200);
    let second_cookie = again.cookie().expect("a cookie");
    for table in ["sessions", "limits", "tokens"] {
        break_table(program, table).await;
    }
    again.get("/api/session").await.expect(500);
    again.put("/api/account/password", json!({"current_password": SECOND, "new_password": FIRST})).await.expect(500);
    program.client().post("/api/session", json!({"email": "ada@example.com", "password": SECOND})).await.expect(500);
    program.client().post(&resets("redeem"), json!({"token": welcome, "password": FIRST})).await.expect(500);

    let cookies = [cookie, second_cookie].map(|cookie| cookie.split_once('=').expect("a value").1.to_owned());
    let words = [FIRST, SECOND, WRONG, "short canary", SMTP_PASSWORD, "#token"].map(str::to_owned);
    [invitation, welcome, quoted, forgotten].into_iter().chain(cookies).chain(words).collect()
}

async fn break_table(program: &Program, table: &str) {
    sqlx::any::install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect(program.database_url()).await.expect("the database");
    let sql = format!("ALTER TABLE {table} RENAME TO broken_{table}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("renamed");
}

async fn log_holds_no_secret(database: Database, format: &str) {
    let program = Program::serve(database, &[("REKEY_LOG", "trace"), ("REKEY_LOG_FORMAT", format)]).await;
    let secrets = walk(&program).await;
    let log = program.log();
    assert!(log.contains("DEBUG") && log.contains("sqlx::query") && log.contains("a query failed"), "the log is at its most talkative");
    assert!(log.lines().filter(|line| line.contains("/api/password-resets/redeem")).count() >= 4, "and tells of what happened");
    for secret in &secrets {
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret} is in the log");
    }
    let found: Vec<_> = log.lines().filter(|line| contains_secret(line)).collect();
    assert_eq!(found, Vec::<&str>::new());
}

macro_rules! on_both_databases_and_in {
    ($($name:ident: $format:literal;)+) => {$(
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                log_holds_no_secret(Database::Sqlite, $format).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                log_holds_no_secret(Database::Postgres, $format).await;
            }
        }
    )+};
}

on_both_databases_and_in! {
    log_01_no_secret_is_logged_at_any_level_as_text: "text";
    log_01_no_secret_is_logged_at_any_level_as_json: "json";
}

#[tokio::test]
async fn log_01_the_smtp_password_is_not_logged_when_the_login_fails() {
    let smtp = SmtpServer::start();
    let url = format!("smtp://postmaster:{SMTP_PASSWORD}@{}", smtp.address);
    let program = Program::serve(Database::Sqlite, &[("REKEY_LOG", "trace"), ("REKEY_SMTP_URL", &url)]).await;
    program.run(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
    program.client().post("/api/password-resets", json!({"email": "ada@example.com"})).await.expect(202);
    smtp.wait_for_transcript(|text| text.contains("EHLO")).await;
    wait_until("a log line", async || program.server.log().contains("could not be sent")).await;
    let log = program.log();
    assert!(!log.contains(SMTP_PASSWORD) && !log.contains("postmaster"), "{log}");
}

#[tokio::test]
async fn log_01_the_logs_of_all_tests_are_checked() {
    assert!(contains_secret(&format!("INFO request password={PASSWORD}")));
    assert!(contains_secret("cookie: rekey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; x"));
    assert!(!contains_secret("INFO request method=\"GET\" route=\"/api/session\" status=200 took_ms=1"));
    let app = TestApp::start(Database::Sqlite).await;
    let before = lines_logged();
    app.add_user("Jo", "jo@example.com").await;
    app.log_in("jo@example.com", PASSWORD).await;
    assert!(lines_logged() > before + 5, "a login leaves many lines at trace level");
}

/// Text that could forge or hide a line, or control a terminal.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{2066}\u{61c}\u{85}\u{2028}\r\n2026-11-24T00:00:00Z  INFO forged\n{\"level\":\"INFO\",\"forged\":true}\u{0}";

async fn hostile_log(format: &str) -> String {
    let program = Program::serve(Database::Sqlite, &[("REKEY_LOG", "trace"), ("REKEY_LOG_FORMAT", format)]).await;
    let hostile = HOSTILE.replace(['\r', '\n', '\0'], "");
    let escaped: String = HOSTILE.bytes().map(|byte| format!("%{byte:02x}")).collect();
    // With ASCII control characters the head is no valid HTTP; without them it is, and the other characters get through.
    let polite: String = hostile.chars().filter(|c| !c.is_ascii_control()).collect();
    for text in [&hostile, &polite] {
        let head = format!("host: {text}\r\nuser-agent: {text}\r\nreferer: {text}\r\nx-forwarded-for: {text}\r\ncookie: rekey={text}");
        for target in [format!("/{escaped}"), format!("/api/users/{escaped}"), format!("/api/users?search={escaped}"), format!("/{text}")] {
            raw_http::exchange(&program.server.base, format!("GET {target} HTTP/1.1\r\n{head}").as_bytes(), b"").await;
        }
    }
    for method in ["GET", "BREW\u{1b}"] {
        raw_http::exchange(&program.server.base, format!("{method} / HTTP/1.1\r\nhost: a\nb\r\nx: y\r\n folded").as_bytes(), b"").await;
    }
    let refused = program.client().post("/api/session", json!({"email": HOSTILE, "password": HOSTILE})).await;
    assert_eq!(refused.status, 422);
    // The replies of a mail server are untrusted too.
    let invitation = token_of(&program.run(&["user", "add", "--email", "ada@example.com", "--name", "Ada \"=\\ {}", "--role", "admin"]));
    program.smtp.set_behaviour(SmtpBehaviour::reject_quoting());
    program.client().post("/api/password-resets/redeem", json!({"token": invitation, "password": FIRST})).await.expect(200);
    wait_until("a log line", async || program.server.log().contains("could not be delivered")).await;
    program.log()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_02_untrusted_text_stays_within_its_log_line() {
    for format in ["text", "json"] {
        let log = hostile_log(format).await;
        assert!(log.contains("spam") && log.contains("maps"), "the mail server's words are there");
        for line in log.lines() {
            match format {
                "json" => {
                    let event: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no event: {line}"));
                    assert!(event["timestamp"].is_string() && event["forged"].is_null(), "{line}");
                }
                _ => assert!(line.starts_with(YEAR) && !line.starts_with("2026-11-24T00:00:00Z  INFO forged"), "{line}"),
            }
            let bad = line.chars().find(|c| {
                c.is_control() || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            });
            assert_eq!(bad, None, "{line:?}");
        }
    }
}
