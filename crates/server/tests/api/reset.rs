//! Links: what they are worth, redeeming, renewing, reporting.

use crate::on_both;
use crate::world::*;

on_both! {
    async fn tok_04_a_link_holds_through_its_last_second_and_dies_in_the_next(app) {
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let visitor = app.visitor();
        app.advance(30 * 60);
        visitor.post("/api/password-resets/inspect", json!({"token": token})).await.expect(200);
        app.advance(1);
        let answer = visitor.post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await.expect(410);
        assert_eq!(answer.code(), "link_expired");
    }

    async fn tok_05_a_second_redemption_fails_and_changes_nothing(app) {
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let visitor = app.visitor();
        visitor.post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        let again = visitor.post("/api/password-resets/redeem", json!({"token": token, "password": "yet another long password"})).await;
        assert_eq!(again.expect(410).code(), "link_used");
        app.log_in("jo@example.com", NEW_PASSWORD).await;
    }

    async fn tok_06_a_link_dies_with_password_address_and_status(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let changes = [json!({"email": "jo2@example.com"}), json!({"status": "disabled"})];
        for change in changes {
            let email = admin.get(&format!("/api/users/{jo}")).await.json()["email"].as_str().expect("an address").to_owned();
            let token = app.link_for(&email).await;
            admin.patch(&format!("/api/users/{jo}"), change).await.expect(200);
            let answer = app.visitor().post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await;
            assert_eq!(answer.expect(410).code(), "link_cancelled");
        }
        app.add_user("Al", "al@example.com").await;
        let token = app.link_for("al@example.com").await;
        let al = app.log_in("al@example.com", PASSWORD).await;
        al.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD})).await.expect(204);
        let answer = app.visitor().post("/api/password-resets/inspect", json!({"token": token})).await.expect(410);
        assert_eq!(answer.code(), "link_cancelled");
    }

    async fn tok_08_a_refused_password_does_not_burn_the_link(app) {
        app.add_user("Jo Okafor", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let refusals = [("short", "too_short"), ("jo@example.com 2026", "personal"), ("aaaaaaaaaaaaaaaaaaaa", "repeated_character"), ("qwertyuiopasdfghjkl", "keyboard_row")];
        for (password, code) in refusals {
            let answer = app.visitor().post("/api/password-resets/redeem", json!({"token": token, "password": password})).await;
            assert_eq!(answer.field("password"), code, "{password}");
        }
        app.visitor().post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
    }

    async fn tok_10_what_was_never_a_link_is_answered_alike(app) {
        for call in ["inspect", "redeem", "renew", "report"] {
            for token in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "../../etc/passwd", "\u{0}"] {
                let mut body = json!({"token": token});
                if call == "redeem" {
                    body["password"] = json!("x");
                }
                let answer = app.visitor().post(&format!("/api/password-resets/{call}"), body).await.expect(410);
                assert_eq!(answer.code(), "link_invalid");
            }
        }
    }

    async fn rel_01_of_fifty_redemptions_at_once_one_counts(app) {
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let tries = (0..50).map(|n| {
            let (visitor, token) = (app.visitor(), token.clone());
            async move {
                let password = format!("password of try number {n}");
                let status = visitor.post("/api/password-resets/redeem", json!({"token": token, "password": password})).await.status;
                (status, password)
            }
        });
        let answers = futures_util::future::join_all(tries).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|(status, _)| *status == 200);
        assert_eq!((won.len(), lost.iter().filter(|(status, _)| *status == 410).count()), (1, 49));
        app.log_in("jo@example.com", &won[0].1).await;
        let admin = app.admin().await;
        let audit = admin.get("/api/audit?limit=100").await.expect(200).json();
        let rows = audit["items"].as_array().expect("rows").iter().filter(|row| row["action"] == "reset_redeemed").count();
        assert_eq!(rows, 1);
        app.smtp.wait_for(|mail| mail.subject().contains("was changed")).await;
        app.settled().await;
        let notices = app.smtp.mails().iter().filter(|mail| mail.subject().contains("was changed")).count();
        assert_eq!(notices, 1);
    }

    async fn ses_04_a_reset_ends_sessions_when_it_completes(app) {
        app.add_user("Jo", "jo@example.com").await;
        let old = app.log_in("jo@example.com", PASSWORD).await;
        let token = app.link_for("jo@example.com").await;
        assert_ne!(old.get("/api/session").await.json()["user"], Value::Null);
        let done = app.visitor().post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        assert_eq!(done.json()["sessions_ended"], 1);
        assert_eq!(old.get("/api/session").await.json()["user"], Value::Null);
    }

    async fn an_expired_or_used_link_can_be_renewed_and_a_cancelled_one_cannot(app) {
        app.add_user("Jo", "jo@example.com").await;
        let expired = app.link_for("jo@example.com").await;
        app.advance(3600);
        let visitor = app.visitor();
        visitor.post("/api/password-resets/renew", json!({"token": expired})).await.expect(202);
        let fresh = app.next_link_for("jo@example.com", &expired).await;
        visitor.post("/api/password-resets/redeem", json!({"token": fresh, "password": NEW_PASSWORD})).await.expect(200);
        app.advance(61);
        visitor.post("/api/password-resets/renew", json!({"token": fresh})).await.expect(202);
        let answer = visitor.post("/api/password-resets/renew", json!({"token": fresh})).await.expect(429);
        assert_eq!(answer.header("retry-after"), "60");
        app.advance(61);
        let holding = app.link_for("jo@example.com").await;
        visitor.post("/api/password-resets/report", json!({"token": holding})).await.expect(204);
        assert_eq!(visitor.post("/api/password-resets/renew", json!({"token": holding})).await.expect(410).code(), "link_cancelled");
    }

    async fn this_was_not_me_cancels_the_link_and_pauses_mails(app) {
        let admin = app.admin().await;
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        app.visitor().post("/api/password-resets/report", json!({"token": token})).await.expect(204);
        let answer = app.visitor().post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await;
        assert_eq!(answer.expect(410).code(), "link_cancelled");
        app.advance(61);
        let before = app.smtp.mails().len();
        app.visitor().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        app.settled().await;
        assert_eq!(app.smtp.mails().len(), before, "held back");
        let audit = admin.get("/api/audit").await.json();
        let actions: Vec<_> = audit["items"].as_array().expect("rows").iter().map(|row| row["action"].clone()).collect();
        assert_eq!(actions[..2], ["reset_throttled", "reset_reported"]);
        app.advance(24 * 3600);
        app.next_link_after("jo@example.com", &token).await;
    }
}
