//! Account enumeration: responses are identical with and without an account, byte for byte.

use crate::support::*;
use std::time::{Duration, Instant};

/// Addresses of every kind of account; the first has no account.
const ADDRESSES: [&str; 7] = [
    "nobody@example.com",
    "jo@example.com",
    "disabled@example.com",
    "moved@example.com",
    "fresh@example.com",
    "reported@example.com",
    "bounced@example.com",
];

/// Adds the accounts: an active one, a disabled one, one whose address was removed, one without a password, one whose owner paused mails, and one
/// whose address bounces.
async fn everybody(app: &TestApp) {
    app.add_user("Jo", "jo@example.com").await;
    app.add_disabled_user("Di", "disabled@example.com").await;
    app.add_user_without_password("Fresh", "fresh@example.com").await;
    let admin = app.admin().await;
    let moved = app.add_user("Mo", "moved@example.com").await;
    admin.patch(&format!("/api/users/{moved}"), json!({"email": null})).await.expect(200);
    app.add_user("Re", "reported@example.com").await;
    let token = app.link_for("reported@example.com").await;
    app.client().post("/api/password-resets/report", json!({"token": token})).await.expect(204);
    let bounced = app.add_user("Bo", "bounced@example.com").await;
    app.smtp.set_behaviour(SmtpBehaviour::reject_recipients());
    admin.send(admin.request("POST", &format!("/api/users/{bounced}/password-reset"))).await.expect(202);
    app.wait_for_empty_queue().await;
    assert_eq!(admin.get(&format!("/api/users/{bounced}")).await.json()["email_status"], "bounced");
    app.smtp.set_behaviour(SmtpBehaviour::accept());
    app.advance(120);
}

fn ask(email: &str) -> Vec<u8> {
    raw_http::post("/api/password-resets", &json!({"email": email}))
}

fn log_in(email: &str, password: &str) -> Vec<u8> {
    raw_http::post("/api/session", &json!({"email": email, "password": password}))
}

/// Returns the response to all of these requests, which must be identical.
#[track_caller]
fn same(app: &TestApp, requests: &[Vec<u8>], status: &str) -> String {
    let mut answers = raw_http::exchange_all(&app.base, requests);
    let first = answers.remove(0);
    assert!(first.starts_with(&format!("HTTP/1.1 {status}")), "{first}");
    for answer in answers {
        assert_eq!(answer, first);
    }
    first
}

on_both_databases! {
    async fn enu_01_the_response_is_the_same_with_and_without_an_account(app) {
        everybody(&app).await;
        let answer = same(&app, &ADDRESSES.map(ask), "202");
        assert!(answer.ends_with("\r\n\r\n{\"resend_after_seconds\":60}"), "{answer}");
        app.wait_for_empty_queue().await;
        app.advance(60);
        same(&app, &ADDRESSES.map(ask), "202");
    }

    async fn enu_02_the_response_is_the_same_while_the_mail_server_fails(app) {
        app.add_user("Jo", "jo@example.com").await;
        enum Then {
            Retry,
            End,
            Hang,
        }
        for (behaviour, then) in [
            (SmtpBehaviour::busy(), Then::Retry),
            (SmtpBehaviour::reject_recipients(), Then::End),
            (SmtpBehaviour::close_after_message(), Then::Retry),
            (SmtpBehaviour::silent(), Then::Hang),
        ] {
            app.smtp.set_behaviour(behaviour.clone());
            for _ in 0..2 {
                app.advance(60);
                let asked = Instant::now();
                same(&app, &["nobody@example.com", "jo@example.com"].map(ask), "202");
                // A silent mail server would delay it by at least ten seconds.
                assert!(asked.elapsed() < Duration::from_secs(5), "an answer waited for the mail server: {behaviour:?}");
                match then {
                    Then::Retry => app.wait_for_scheduled_retries().await,
                    Then::End => app.wait_for_empty_queue().await,
                    Then::Hang => {}
                }
                same(&app, &["nobody@example.com", "jo@example.com"].map(ask), "429");
            }
        }
    }

    async fn enu_02_no_response_waits_for_a_silent_mail_server(app) {
        app.add_user("Jo", "jo@example.com").await;
        // Silent from the start: there is no open connection to it yet.
        app.smtp.set_behaviour(SmtpBehaviour::silent());
        for _ in 0..2 {
            let asked = Instant::now();
            for status in ["202", "429"] {
                same(&app, &["nobody@example.com", "jo@example.com"].map(ask), status);
            }
            assert!(asked.elapsed() < Duration::from_secs(5), "an answer waited for the mail server");
            app.advance(60);
        }
    }

    async fn enu_03_the_response_is_the_same_during_the_cooldown(app) {
        everybody(&app).await;
        same(&app, &ADDRESSES.map(ask), "202");
        app.wait_for_empty_queue().await;
        app.advance_by(Duration::from_millis(17_300));
        for _ in 0..2 {
            let answer = same(&app, &ADDRESSES.map(|email| ask(&email.to_uppercase())), "429");
            assert!(answer.contains("\r\nretry-after: 43\r\n"), "{answer}");
            app.wait_for_empty_queue().await;
        }
        app.advance_by(Duration::from_millis(42_700));
        same(&app, &ADDRESSES.map(ask), "202");
    }

    async fn enu_03_the_response_is_the_same_over_the_limit_of_a_client(app) with ["--limit-forgot-per-ip", "2/1m"] {
        app.add_user("Jo", "jo@example.com").await;
        let [nobody, jo] = ["nobody@example.com", "jo@example.com"];
        for _ in 0..3 {
            raw_http::exchange_all(&app.base, &[ask("somebody@example.com")]);
        }
        same(&app, &[nobody, jo].map(ask), "429");
        same(&app, &[nobody, jo].map(ask), "429");
        app.wait_for_empty_queue().await;
        assert!(app.smtp.mails().is_empty());
    }

    async fn enu_03_a_limit_on_mails_shows_in_no_response(app) with ["--limit-mail-per-recipient", "1/1d", "--limit-mail", "2/1m"] {
        app.add_user("Jo", "jo@example.com").await;
        for _ in 0..4 {
            same(&app, &["nobody@example.com", "jo@example.com"].map(ask), "202");
            app.wait_for_empty_queue().await;
            same(&app, &["nobody@example.com", "jo@example.com"].map(ask), "429");
            app.advance(60);
        }
        assert_eq!(app.smtp.mails().len(), 1);
    }

    async fn enu_05_every_cause_of_a_failed_login_is_answered_alike(app) {
        everybody(&app).await;
        let right = ["disabled@example.com", "moved@example.com", "nobody@example.com", "fresh@example.com"].map(|email| log_in(email, PASSWORD));
        let wrong = ADDRESSES.map(|email| log_in(email, NEW_PASSWORD));
        let requests: Vec<_> = right.into_iter().chain(wrong).collect();
        let answer = same(&app, &requests, "401");
        assert!(answer.contains("\"invalid_credentials\"") && !answer.to_lowercase().contains("set-cookie"), "{answer}");
    }

    async fn enu_06_logins_are_slowed_alike(app) with ["--limit-login-per-ip", "off"] {
        everybody(&app).await;
        let requests = ADDRESSES.map(|email| log_in(email, NEW_PASSWORD));
        let mut waits = Vec::new();
        for _ in 0..5 {
            same(&app, &requests, "401");
        }
        for _ in 0..4 {
            let answer = same(&app, &requests, "429");
            let wait = answer.split("retry-after: ").nth(1).and_then(|rest| rest.split('\r').next()).expect("a wait").to_owned();
            app.advance(wait.parse().expect("seconds"));
            waits.push(wait);
            same(&app, &requests, "401");
        }
        assert_eq!(waits, ["1", "2", "4", "8"]);
    }

    async fn enu_06_the_limit_of_a_client_counts_all_addresses_alike(app) with ["--limit-login-per-ip", "3/1m"] {
        app.add_user("Jo", "jo@example.com").await;
        same(&app, &["nobody@example.com", "jo@example.com", "nobody@example.com"].map(|email| log_in(email, NEW_PASSWORD)), "401");
        for _ in 0..2 {
            let answer = same(&app, &["nobody@example.com", "jo@example.com"].map(|email| log_in(email, PASSWORD)), "429");
            assert!(answer.contains("\r\nretry-after: 60\r\n"), "{answer}");
        }
    }

    async fn enu_07_an_agent_learns_nothing_about_ids(app) {
        let jo = app.add_user("Jo", "jo@example.com").await;
        let al = app.add_user("Al", "al@example.com").await;
        let agent = app.log_in("jo@example.com", PASSWORD).await;
        let cookie = agent.cookie().expect("a cookie");
        let calls = |id: &str| {
            let reads = [format!("GET /api/users/{id}"), format!("DELETE /api/users/{id}")].map(|line| format!("{line} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n").into_bytes());
            let with_cookie = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text").replacen("Host: localhost", &format!("Host: localhost\r\nCookie: {cookie}"), 1).into_bytes();
            let patch = |body: Value| String::from_utf8(with_cookie(raw_http::post(&format!("/api/users/{id}"), &body))).expect("text").replacen("POST", "PATCH", 1).into_bytes();
            let reset = with_cookie(raw_http::post(&format!("/api/users/{id}/password-reset"), &json!({})));
            let many = with_cookie(raw_http::post("/api/users/password-resets", &json!({"ids": [id]})));
            let all: Vec<Vec<u8>> = reads.into_iter().chain([patch(json!({"name": "x"})), patch(json!({"status": "disabled"})), reset, many]).collect();
            all
        };
        let known = raw_http::exchange_all(&app.base, &calls(&al));
        assert!(known[0].starts_with("HTTP/1.1 403") && known[2].starts_with("HTTP/1.1 403") && known[4].starts_with("HTTP/1.1 403"), "{known:?}");
        for id in [&*jo, "999", "9999999999999999999999", "x", "-1", "0"] {
            assert_eq!(raw_http::exchange_all(&app.base, &calls(id)), known, "{id}");
        }
        for path in [format!("/api/users/{jo}"), "/api/users/999".to_owned(), "/api/users".to_owned(), "/api/audit".to_owned(), "/api/events".to_owned()] {
            assert_eq!(agent.get(&path).await.expect(403).code(), "forbidden", "{path}");
            assert_eq!(app.client().get(&path).await.expect(401).code(), "not_signed_in", "{path}");
        }
    }
}
