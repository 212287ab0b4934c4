//! Account: password change.

use crate::support::*;
use rekey_server::auth::hashing::hash_now;

on_both_databases! {
    async fn ses_08_a_new_password_needs_the_current_one_and_ends_the_other_sessions(app) {
        app.add_user("Jo", "jo@example.com").await;
        let here = app.log_in("jo@example.com", PASSWORD).await;
        let there = app.log_in("jo@example.com", PASSWORD).await;
        let change = async |current: &str, new: &str| here.put("/api/account/password", json!({"current_password": current, "new_password": new})).await;
        assert_eq!(change("not the password", NEW_PASSWORD).await.field("current_password"), "wrong_password");
        assert_eq!(change(PASSWORD, "short").await.field("new_password"), "too_short");
        change(PASSWORD, NEW_PASSWORD).await.expect(204);
        assert_ne!(here.get("/api/session").await.json()["user"], Value::Null);
        assert_eq!(there.get("/api/session").await.json()["user"], Value::Null);
        app.log_in("jo@example.com", NEW_PASSWORD).await;
        let notice = app.mail_to("jo@example.com").await;
        assert_eq!(notice.subject(), "Your Squaretalk password was changed");
    }

    async fn ses_08_a_current_password_replaced_during_its_verification_changes_nothing(app) {
        let jo = app.add_user("Jo", "jo@example.com").await;
        let here = app.log_in("jo@example.com", PASSWORD).await;
        app.set_slow_hash(&jo).await;
        let (new, third) = (hash_now(NEW_PASSWORD).expect("a hash"), "a third and better password");
        let change = here.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": third}));
        let meanwhile = async {
            app.wait_for_login_attempt().await;
            app.replace_hash(&jo, &new).await;
        };
        let (answer, ()) = tokio::join!(change, meanwhile);
        assert_eq!(answer.expect(422).field("current_password"), "wrong_password");
        app.log_in("jo@example.com", NEW_PASSWORD).await;
    }

    async fn a_changed_password_may_not_be_the_old_one(app) {
        app.add_user("Jo", "jo@example.com").await;
        let jo = app.log_in("jo@example.com", PASSWORD).await;
        let there = app.log_in("jo@example.com", PASSWORD).await;
        let change = async |current: &str, new: &str| jo.put("/api/account/password", json!({"current_password": current, "new_password": new})).await;
        assert_eq!(change(PASSWORD, PASSWORD).await.field("new_password"), "same_password");
        // Without the current password, the response does not reveal that the new one equals it.
        assert_eq!(change("not the password", PASSWORD).await.field("current_password"), "wrong_password");
        assert_ne!(there.get("/api/session").await.json()["user"], Value::Null, "nothing has changed");
        change(PASSWORD, NEW_PASSWORD).await.expect(204);
        // In NFC, as it is hashed.
        change(NEW_PASSWORD, "pa\u{308}sswort mit sieben Siegeln").await.expect(204);
        let same = change("p\u{e4}sswort mit sieben Siegeln", "pa\u{308}sswort mit sieben Siegeln").await;
        assert_eq!(same.field("new_password"), "same_password");
    }

    async fn a_link_does_not_set_the_old_password_again_and_is_not_used_up_by_the_attempt(app) {
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let redeem = async |password: &str| app.client().post("/api/password-resets/redeem", json!({"token": token, "password": password})).await;
        assert_eq!(redeem(PASSWORD).await.field("password"), "same_password");
        redeem(NEW_PASSWORD).await.expect(200);
    }

    async fn guessing_the_current_password_is_slowed(app) {
        app.add_user("Jo", "jo@example.com").await;
        let here = app.log_in("jo@example.com", PASSWORD).await;
        let wrong = json!({"current_password": "not the password", "new_password": NEW_PASSWORD});
        for _ in 0..5 {
            here.put("/api/account/password", wrong.clone()).await.expect(422);
        }
        here.put("/api/account/password", wrong).await.expect(429);
    }

    async fn guessing_the_current_password_counts_for_the_limit_of_a_client(app) with ["--limit-login-per-ip", "4/1m"] {
        let admin = app.admin().await;
        app.add_user("Jo", "jo@example.com").await;
        let here = app.log_in("jo@example.com", PASSWORD).await;
        let change = async |current: &str| here.put("/api/account/password", json!({"current_password": current, "new_password": NEW_PASSWORD})).await;
        for _ in 0..2 {
            change("not the password").await.expect(422);
        }
        for _ in 0..3 {
            assert_eq!(change(PASSWORD).await.expect(429).header("retry-after"), "60");
        }
        app.client().post("/api/session", json!({"email": "al@example.com", "password": "wrong"})).await.expect(429);
        let page = admin.get("/api/audit").await.expect(200).json();
        let actions: Vec<_> = page["items"].as_array().expect("rows").iter().map(|row| row["action"].clone()).collect();
        assert_eq!(actions, ["login_throttled", "login_failed", "login_failed", "login", "login"], "the first over the limit is told");
        app.advance(60);
        change(PASSWORD).await.expect(204);
    }
}
