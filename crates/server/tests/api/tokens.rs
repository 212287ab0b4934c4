//! Tokens: randomness, storage, and lifetime.

use crate::support::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rekey_server::store::Dialect;
use sha2::{Digest, Sha256};
use sqlx::Row;
use std::collections::HashSet;
use std::fmt::Write;
use std::time::Duration;

const INSPECT: &str = "/api/password-resets/inspect";
const REDEEM: &str = "/api/password-resets/redeem";

fn bits(token: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(token).expect("base64url")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// All encodings in which a stored token could be used.
fn spellings(token: &str) -> [Vec<u8>; 4] {
    let bits = bits(token);
    [token.into(), STANDARD.encode(&bits).trim_end_matches('=').into(), hex(&bits).into(), bits]
}

/// Returns how often a needle occurs in PostgreSQL's WAL since `start`.
async fn in_wal(app: &TestApp, start: &str, needle: &[u8]) -> i64 {
    let sql =
        "SELECT count(*) FROM pg_ls_waldir() WHERE name >= pg_walfile_name($1::pg_lsn) AND name <= pg_walfile_name(pg_current_wal_lsn())
               AND position($2 IN pg_read_binary_file('pg_wal/' || name)) > 0";
    sqlx::query(sql).bind(start).bind(needle.to_vec()).fetch_one(app.store.read()).await.expect("the log can be read").get(0)
}

on_both_databases! {
    async fn tok_01_a_token_is_256_random_bits(app) with ["--limit-mail", "off"] {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        for n in 0..60 {
            ids.push(app.add_user("Jo", &format!("jo{n}@example.com")).await);
        }
        admin.post("/api/users/password-resets", json!({"ids": ids})).await.expect(202);
        let mut tokens = Vec::new();
        for n in 0..60 {
            tokens.push(bits(&app.mail_to(&format!("jo{n}@example.com")).await.token()));
        }
        assert!(tokens.iter().all(|token| token.len() == 32), "32 bytes");
        let parts: HashSet<&[u8]> = tokens.iter().flat_map(|token| token.chunks(8)).collect();
        assert_eq!(parts.len(), 60 * 4, "no eight bytes come twice");
        // Six standard deviations: a fair coin fails once in two million runs.
        for bit in 0..256 {
            let ones = tokens.iter().filter(|token| token[bit / 8] >> (bit % 8) & 1 == 1).count();
            assert!((7..=53).contains(&ones), "bit {bit} is set in {ones} of 60");
        }
    }

    async fn tok_02_no_mailed_token_is_ever_stored(app) {
        let admin = app.admin().await;
        let postgres = app.store.dialect() == Dialect::Postgres;
        let now = async |function: &str| -> String {
            sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {function}()::text"))).fetch_one(app.store.read()).await.expect("a place").get(0)
        };
        let start = if postgres { now("pg_current_wal_lsn").await } else { String::new() };
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(app.add_user("Jo", &format!("jo{n}@example.com")).await);
        }
        admin.post("/api/users/password-resets", json!({"ids": ids})).await.expect(202);
        let mut tokens = Vec::new();
        for n in 0..5 {
            tokens.push(app.mail_to(&format!("jo{n}@example.com")).await.token());
        }
        app.wait_for_empty_queue().await;
        app.client().post(INSPECT, json!({"token": tokens[0]})).await.expect(200);
        app.client().post(REDEEM, json!({"token": tokens[1], "password": NEW_PASSWORD})).await.expect(200);
        app.client().post("/api/password-resets/renew", json!({"token": tokens[2]})).await.expect(202);
        app.client().post("/api/password-resets/report", json!({"token": tokens[3]})).await.expect(204);
        app.wait_for_empty_queue().await;

        let dump = app.dump().await;
        let mut hashes_in_wal = 0;
        for token in &tokens {
            let hash = Sha256::digest(bits(token));
            assert!(holds(&dump, &hash) || holds(&dump, hex(&hash).as_bytes()), "the dump holds the hash");
            for spelling in spellings(token) {
                assert!(!holds(&dump, &spelling), "the dump holds a token");
                assert!(!postgres || in_wal(&app, &start, &spelling).await == 0, "PostgreSQL's log holds a token");
            }
            if postgres {
                // Everything committed before is in the file: the WAL is written in order.
                sqlx::raw_sql("BEGIN; SET LOCAL synchronous_commit = on; SELECT pg_logical_emit_message(true, 'test', 'flush')::text; COMMIT")
                    .execute(app.store.write()).await.expect("flushes");
                hashes_in_wal += in_wal(&app, &start, &hash).await;
            }
        }
        assert!(!postgres || hashes_in_wal > 0, "the log that is searched is the one that is written");
    }

    async fn tok_03_no_token_exists_while_its_mail_waits(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        for attempt in 1..=3 {
            app.smtp.wait_for_deferrals(attempt).await;
            app.wait_for_scheduled_retries().await;
            let counts = "SELECT (SELECT count(*) FROM outbox WHERE kind = 'link'), (SELECT count(*) FROM tokens)";
            let row = sqlx::query(counts).fetch_one(app.store.read()).await.expect("counts");
            assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1)), (1, 0), "nothing is minted for a mail that cannot leave");
            app.advance(30);
        }
        let queued = app.dump().await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        let token = app.mail_after_retries("jo@example.com").await.token();
        assert!(spellings(&token).iter().all(|spelling| !holds(&queued, spelling)));
    }

    async fn tok_04_a_link_holds_through_its_last_second_and_dies_in_the_next(app) {
        let admin = app.admin().await;
        app.add_user("Jo", "jo@example.com").await;
        app.add_user("Al", "al@example.com").await;
        let (jo, al) = (app.link_for("jo@example.com").await, app.link_for("al@example.com").await);
        admin.post("/api/users", json!({"name": "New", "email": "new@example.com"})).await.expect(201);
        let new = app.mail_to("new@example.com").await.token();
        let client = app.client();
        // The clock is at a quarter of a second: 750 ms before the next.
        let last = |seconds: u64| Duration::from_secs(seconds) + Duration::from_millis(749);
        let found = client.post(INSPECT, json!({"token": jo})).await.expect(200).json();
        assert_eq!(found["expires_at"], "2027-01-15T08:30:00Z");
        app.advance_by(last(30 * 60));
        client.post(INSPECT, json!({"token": jo})).await.expect(200);
        client.post(REDEEM, json!({"token": al, "password": NEW_PASSWORD})).await.expect(200);
        app.advance_by(Duration::from_millis(1));
        assert_eq!(client.post(INSPECT, json!({"token": jo})).await.expect(410).code(), "link_expired");
        assert_eq!(client.post(REDEEM, json!({"token": jo, "password": NEW_PASSWORD})).await.expect(410).code(), "link_expired");
        app.log_in("jo@example.com", PASSWORD).await;

        app.advance_by(last(24 * 3600 - 30 * 60) - Duration::from_millis(750));
        client.post(INSPECT, json!({"token": new})).await.expect(200);
        app.advance_by(Duration::from_millis(1));
        assert_eq!(client.post(REDEEM, json!({"token": new, "password": NEW_PASSWORD})).await.expect(410).code(), "link_expired");
    }

    async fn tok_04_a_mail_that_is_sent_again_does_not_prolong_the_first(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::close_after_message());
        app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        let first = app.mail_to("jo@example.com").await.token();
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.wait_for_scheduled_retries().await;
        app.advance(20 * 60);
        let second = app.next_link_for("jo@example.com", &first).await;
        let client = app.client();
        client.post(INSPECT, json!({"token": first})).await.expect(200);
        app.advance(10 * 60 + 1);
        assert_eq!(client.post(INSPECT, json!({"token": first})).await.expect(410).code(), "link_expired");
        assert_eq!(client.post(REDEEM, json!({"token": first, "password": NEW_PASSWORD})).await.expect(410).code(), "link_expired");
        client.post(REDEEM, json!({"token": second, "password": NEW_PASSWORD})).await.expect(200);
    }

    async fn tok_05_a_second_redemption_fails_and_changes_nothing(app) {
        let jo = app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let client = app.client();
        client.post(REDEEM, json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        let session = app.log_in("jo@example.com", NEW_PASSWORD).await;
        app.smtp.wait_for_mail(|mail| mail.subject().contains("was changed")).await;
        app.wait_for_empty_queue().await;
        let admin = app.admin().await;
        let (before, user) = (admin.get("/api/audit").await.json(), admin.get(&format!("/api/users/{jo}")).await.json());
        for password in ["yet another long password", NEW_PASSWORD, "short"] {
            let again = client.post(REDEEM, json!({"token": token, "password": password})).await;
            assert_eq!(again.expect(410).code(), "link_used");
        }
        assert_eq!(admin.get("/api/audit").await.json(), before);
        assert_eq!(admin.get(&format!("/api/users/{jo}")).await.json(), user);
        assert_ne!(session.get("/api/session").await.json()["user"], Value::Null, "the session goes on");
        app.wait_for_empty_queue().await;
        assert_eq!(app.smtp.mails().len(), 2, "the link and one notice");
        app.log_in("jo@example.com", NEW_PASSWORD).await;
    }

    async fn tok_08_a_refused_password_does_not_burn_the_link(app) {
        app.add_user("Jo Okafor", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let long = "å".repeat(257);
        let refusals = [("", "required"), ("short", "too_short"), (&*long, "too_long"), ("jo@example.com 2026", "personal"), ("aaaaaaaaaaaaaaaaaaaa", "repeated_character"), ("qwertyuiopasdfghjkl", "keyboard_row")];
        for (password, code) in refusals {
            let answer = app.client().post(REDEEM, json!({"token": token, "password": password})).await;
            assert_eq!(answer.field("password"), code, "{password}");
            app.client().post(INSPECT, json!({"token": token})).await.expect(200);
        }
        app.log_in("jo@example.com", PASSWORD).await;
        app.client().post(REDEEM, json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
    }
}
