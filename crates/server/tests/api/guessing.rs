//! Login throttling: guessing is slowed without locking out the owner.

use crate::support::*;
use futures_util::future::join_all;
use rekey_server::auth::throttle;

async fn guess(app: &TestApp, email: &str, password: &str) -> Response {
    app.client().post("/api/session", json!({"email": email, "password": password})).await
}

/// Guesses until a hundred consecutive failures are counted. Returns the waits in between, in seconds.
async fn a_hundred_failures(app: &TestApp, email: &str) -> Vec<u64> {
    let mut waits = Vec::new();
    for failures in 0..100 {
        if failures >= 5 {
            let wait = guess(app, email, "not the password").await.expect(429).header("retry-after").parse().expect("seconds");
            waits.push(wait);
            app.advance(wait - 1);
            guess(app, email, PASSWORD).await.expect(429);
            app.advance(1);
        }
        guess(app, email, "not the password").await.expect(401);
    }
    waits
}

on_both_databases! {
    async fn rat_01_failures_wait_longer_and_longer_and_end_at_a_hundred(app) with ["--limit-login-per-ip", "off"] {
        app.add_user("Jo", "jo@example.com").await;
        let waits = a_hundred_failures(&app, "jo@example.com").await;
        assert_eq!(waits[..11], [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
        assert!(waits[11..].iter().all(|wait| *wait == 900));
        // Not even with the right password after forty days.
        for days in [0, 1, 39] {
            app.advance(days * 24 * 3600);
            guess(&app, "jo@example.com", PASSWORD).await.expect(429);
        }
    }

    async fn rat_02_a_stranger_cannot_lock_the_owner_out(app) with ["--limit-login-per-ip", "off"] {
        app.add_user("Jo", "jo@example.com").await;
        a_hundred_failures(&app, "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        app.client().post("/api/password-resets/inspect", json!({"token": token})).await.expect(200);
        guess(&app, "jo@example.com", PASSWORD).await.expect(429);
        app.client().post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        app.log_in("jo@example.com", NEW_PASSWORD).await;
        for _ in 0..5 {
            guess(&app, "jo@example.com", PASSWORD).await.expect(401);
        }
    }

    async fn rat_02_nor_while_the_stranger_goes_on(app) with ["--limit-login-per-ip", "off", "--trusted-proxies", "127.0.0.0/8"] {
        app.add_user("Jo", "jo@example.com").await;
        let from = async |ip: &str, path: &str, body: Value| {
            let client = app.client();
            let request = client.request("POST", path).json(&body).header("x-forwarded-for", ip);
            client.send(request).await.status
        };
        let wrong = || json!({"email": "jo@example.com", "password": "not the password"});
        let right = || json!({"email": "jo@example.com", "password": NEW_PASSWORD});
        let token = app.link_for("jo@example.com").await;
        let redeem = json!({"token": token, "password": NEW_PASSWORD});
        assert_eq!(from("192.0.2.1", "/api/password-resets/redeem", redeem).await, 200);
        for n in 0..20 {
            assert_eq!(from("203.0.113.9", "/api/session", wrong()).await, if n < 5 { 401 } else { 429 });
        }
        // After a redemption four typing errors are free at this client; at another client the delay still applies.
        for _ in 0..4 {
            assert_eq!(from("192.0.2.1", "/api/session", wrong()).await, 401);
        }
        assert_eq!(from("192.0.2.2", "/api/session", right()).await, 429);
        assert_eq!(from("192.0.2.1", "/api/session", right()).await, 200);
        // The free attempts are used up, and a guesser at the same client gets no additional ones.
        for n in 0..7 {
            assert_eq!(from("192.0.2.1", "/api/session", wrong()).await, if n < 5 { 401 } else { 429 });
        }
    }

    async fn rat_02_the_tries_that_a_reset_gives_end_after_a_quarter_of_an_hour(app) with ["--limit-login-per-ip", "off", "--trusted-proxies", "127.0.0.0/8"] {
        let from = async |ip: &str, path: &str, body: Value| {
            let client = app.client();
            let request = client.request("POST", path).json(&body).header("x-forwarded-for", ip);
            client.send(request).await.status
        };
        for (email, seconds, status) in [("jo@example.com", 899, 200), ("al@example.com", 900, 429)] {
            app.add_user("Jo", email).await;
            let token = app.link_for(email).await;
            assert_eq!(from("192.0.2.1", "/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await, 200);
            app.advance(seconds);
            for _ in 0..5 {
                assert_eq!(from("203.0.113.9", "/api/session", json!({"email": email, "password": "not the password"})).await, 401);
            }
            let owner = json!({"email": email, "password": NEW_PASSWORD});
            assert_eq!(from("192.0.2.1", "/api/session", owner).await, status, "{seconds} seconds later");
        }
    }

    async fn rat_02_a_session_survives_failed_logins_of_others(app) with ["--limit-login-per-ip", "off"] {
        app.add_user("Jo", "jo@example.com").await;
        let jo = app.log_in("jo@example.com", PASSWORD).await;
        for _ in 0..20 {
            guess(&app, "jo@example.com", "not the password").await;
        }
        assert_eq!(jo.get("/api/session").await.json()["user"]["email"], "jo@example.com");
    }

    async fn rat_03_two_hundred_guesses_at_once_get_no_further_than_in_a_row(app) with ["--limit-login-per-ip", "off"] {
        app.add_user("Jo", "jo@example.com").await;
        app.add_user("Al", "al@example.com").await;
        let mut in_a_row = 0;
        for _ in 0..200 {
            in_a_row += usize::from(guess(&app, "al@example.com", "not the password").await.status == 401);
        }
        for email in ["jo@example.com", "nobody@example.com"] {
            let answers = join_all((0..200).map(|_| guess(&app, email, "not the password"))).await;
            let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
            // On a slow disk some wait too long for the database and get a 503; they are not counted as attempts.
            let (through, slowed, turned_away) = (count(401), count(429), count(503));
            assert!(through <= in_a_row && through + turned_away >= in_a_row, "{email}: {through} of {in_a_row} and {turned_away}");
            assert_eq!(through + slowed + turned_away, 200, "{email}");
        }
        // The sixth and the seventh attempt are serialized too.
        app.advance(1);
        let next = join_all((0..50).map(|_| guess(&app, "jo@example.com", "not the password"))).await;
        assert_eq!(next.iter().filter(|answer| answer.status == 401).count(), 1);
    }

    async fn rat_03_the_current_password_cannot_be_guessed_faster_in_parallel(app) {
        app.add_user("Jo", "jo@example.com").await;
        let jo = app.log_in("jo@example.com", PASSWORD).await;
        let wrong = json!({"current_password": "not the password", "new_password": NEW_PASSWORD});
        let answers = join_all((0..50).map(|_| jo.put("/api/account/password", wrong.clone()))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 422).count(), 5);
        assert_eq!(answers.iter().filter(|answer| answer.status == 429).count(), 45);
    }

    async fn rat_03_a_successful_login_among_guesses_causes_no_error(app) with ["--limit-login-per-ip", "off"] {
        app.add_user("Jo", "jo@example.com").await;
        for _ in 0..10 {
            let tries = (0..30).map(|n| guess(&app, "jo@example.com", if n % 3 == 0 { PASSWORD } else { "not the password" }));
            for answer in join_all(tries).await {
                assert!([200, 401, 429].contains(&answer.status), "{}", answer.status);
            }
            app.advance(900);
            app.log_in("jo@example.com", PASSWORD).await;
        }
    }

    async fn rat_03_counts_that_are_cleared_at_the_same_time_break_no_attempt(app) {
        let calls = (0..600).map(async |n| {
            let mut tx = app.store.begin_relaxed().await?;
            if n % 2 == 0 {
                throttle::record_attempt(&mut tx, app.key(), "jo@example.com", app.now()).await?;
            } else {
                throttle::clear(&mut tx, app.key(), "jo@example.com").await?;
            }
            tx.commit().await
        });
        for done in join_all(calls).await {
            done.expect("counted or cleared");
        }
    }

    async fn rat_08_a_success_clears_the_count(app) with ["--limit-login-per-ip", "off"] {
        app.add_user("Jo", "jo@example.com").await;
        for _ in 0..2 {
            for _ in 0..4 {
                guess(&app, "jo@example.com", "not the password").await.expect(401);
            }
            guess(&app, "jo@example.com", PASSWORD).await.expect(200);
        }
        // After a wait, too.
        for _ in 0..5 {
            guess(&app, "jo@example.com", "not the password").await.expect(401);
        }
        assert_eq!(guess(&app, "jo@example.com", PASSWORD).await.expect(429).header("retry-after"), "1");
        app.advance(1);
        guess(&app, "jo@example.com", PASSWORD).await.expect(200);
        for _ in 0..5 {
            guess(&app, "jo@example.com", "not the password").await.expect(401);
        }
        // Nor by the owner's change of password.
        app.advance(1);
        let jo = app.log_in("jo@example.com", PASSWORD).await;
        for _ in 0..4 {
            guess(&app, "jo@example.com", "not the password").await.expect(401);
        }
        jo.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD})).await.expect(204);
        for _ in 0..5 {
            guess(&app, "jo@example.com", "not the password").await.expect(401);
        }
    }
}
