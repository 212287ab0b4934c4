//! Logging in and out.

use crate::on_both;
use crate::world::*;

on_both! {
    async fn somebody_logs_in_and_out(app) {
        let jo = app.add_user("Jo Okafor", "jo@example.com").await;
        let visitor = app.visitor();
        let answer = visitor.post("/api/session", json!({"email": "JO@example.com", "password": PASSWORD})).await.expect(200);
        assert_eq!(answer.json(), json!({"user": {"id": jo, "name": "Jo Okafor", "email": "jo@example.com", "role": "agent", "extension": "1001"}}));
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("rekey=") && cookie.contains("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        assert_eq!(visitor.get("/api/session").await.json(), answer.json());
        let stolen = visitor.cookie().expect("a cookie");
        visitor.delete("/api/session").await.expect(204);
        let thief = app.visitor();
        thief.set_cookie(&stolen);
        assert_eq!(thief.get("/api/session").await.json(), json!({"user": null}), "the server ended it");
    }

    async fn every_cause_of_failure_is_answered_alike(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.add_disabled_user("Di", "di@example.com").await;
        let attempts = [("jo@example.com", NEW_PASSWORD), ("nobody@example.com", PASSWORD), ("di@example.com", PASSWORD)];
        for (email, password) in attempts {
            let answer = app.visitor().post("/api/session", json!({"email": email, "password": password})).await.expect(401);
            assert_eq!(answer.code(), "invalid_credentials");
            assert!(answer.header("set-cookie").is_empty());
        }
    }

    async fn rat_01_failures_are_slowed_and_a_success_clears_them(app) {
        app.add_user("Jo", "jo@example.com").await;
        let visitor = app.visitor();
        let wrong = json!({"email": "jo@example.com", "password": "not the password"});
        for _ in 0..5 {
            visitor.post("/api/session", wrong.clone()).await.expect(401);
        }
        let answer = visitor.post("/api/session", json!({"email": "jo@example.com", "password": PASSWORD})).await.expect(429);
        assert_eq!(answer.header("retry-after"), "1");
        app.advance(1);
        visitor.post("/api/session", wrong.clone()).await.expect(401);
        let answer = visitor.post("/api/session", wrong.clone()).await.expect(429);
        assert_eq!(answer.header("retry-after"), "2");
        app.advance(2);
        visitor.post("/api/session", json!({"email": "jo@example.com", "password": PASSWORD})).await.expect(200);
        for _ in 0..5 {
            visitor.post("/api/session", wrong.clone()).await.expect(401);
        }
    }

    async fn rat_02_a_stranger_cannot_lock_the_owner_out(app) {
        app.add_user("Jo", "jo@example.com").await;
        for _ in 0..8 {
            app.visitor().post("/api/session", json!({"email": "jo@example.com", "password": "not the password"})).await;
        }
        let token = app.link_for("jo@example.com").await;
        app.visitor().post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        app.log_in("jo@example.com", NEW_PASSWORD).await;
    }

    async fn rat_03_two_hundred_guesses_at_once_get_no_further_than_in_a_row(app) {
        app.add_user("Jo", "jo@example.com").await;
        let guesses = (0..200).map(|_| {
            let visitor = app.visitor();
            async move { visitor.post("/api/session", json!({"email": "jo@example.com", "password": "not the password"})).await.status }
        });
        let statuses = futures_util::future::join_all(guesses).await;
        let through = statuses.iter().filter(|status| **status == 401).count();
        assert_eq!((through, statuses.iter().filter(|status| **status == 429).count()), (5, 195));
    }

    async fn ses_06_idle_and_absolute_limits_hold(app) {
        app.add_user("Jo", "jo@example.com").await;
        let idle = app.log_in("jo@example.com", PASSWORD).await;
        app.advance(12 * 3600 + 1);
        assert_eq!(idle.get("/api/session").await.json()["user"], Value::Null);
        let busy = app.log_in("jo@example.com", PASSWORD).await;
        for _ in 0..(30 * 24 / 11) {
            app.advance(11 * 3600);
            busy.put("/api/account/password", json!({"current_password": "", "new_password": ""})).await.expect(422);
        }
        app.advance(11 * 3600);
        busy.put("/api/account/password", json!({"current_password": "", "new_password": ""})).await.expect(401);
    }

    async fn ses_02_an_id_chosen_by_the_client_is_ignored(app) {
        app.add_user("Jo", "jo@example.com").await;
        let visitor = app.visitor();
        let chosen = "rekey=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        visitor.set_cookie(chosen);
        visitor.post("/api/session", json!({"email": "jo@example.com", "password": PASSWORD})).await.expect(200);
        assert_ne!(visitor.cookie().expect("a cookie"), chosen);
    }
}
