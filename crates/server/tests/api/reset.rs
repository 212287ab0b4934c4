//! Reset links: redeem, renew, report.

use crate::support::*;

on_both_databases! {
    async fn rel_01_of_fifty_redemptions_at_once_one_counts(app) {
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        let tries = (0..50).map(|n| {
            let (client, token) = (app.client(), token.clone());
            async move {
                let password = format!("password of try number {n}");
                let status = client.post("/api/password-resets/redeem", json!({"token": token, "password": password})).await.status;
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
        app.smtp.wait_for_mail(|mail| mail.subject().contains("was changed")).await;
        app.wait_for_empty_queue().await;
        let notices = app.smtp.mails().iter().filter(|mail| mail.subject().contains("was changed")).count();
        assert_eq!(notices, 1);
    }

    async fn ses_04_a_reset_ends_sessions_when_it_completes(app) {
        app.add_user("Jo", "jo@example.com").await;
        let old = app.log_in("jo@example.com", PASSWORD).await;
        let token = app.link_for("jo@example.com").await;
        assert_ne!(old.get("/api/session").await.json()["user"], Value::Null);
        let done = app.client().post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await.expect(200);
        assert_eq!(done.json()["sessions_ended"], 1);
        assert_eq!(old.get("/api/session").await.json()["user"], Value::Null);
    }

    async fn an_expired_or_used_link_can_be_renewed_and_a_cancelled_one_cannot(app) {
        app.add_user("Jo", "jo@example.com").await;
        let expired = app.link_for("jo@example.com").await;
        app.advance(3600);
        let client = app.client();
        client.post("/api/password-resets/renew", json!({"token": expired})).await.expect(202);
        let fresh = app.next_link_for("jo@example.com", &expired).await;
        client.post("/api/password-resets/redeem", json!({"token": fresh, "password": NEW_PASSWORD})).await.expect(200);
        app.advance(61);
        client.post("/api/password-resets/renew", json!({"token": fresh})).await.expect(202);
        let answer = client.post("/api/password-resets/renew", json!({"token": fresh})).await.expect(429);
        assert_eq!(answer.header("retry-after"), "60");
        app.advance(61);
        let holding = app.link_for("jo@example.com").await;
        client.post("/api/password-resets/report", json!({"token": holding})).await.expect(204);
        assert_eq!(client.post("/api/password-resets/renew", json!({"token": holding})).await.expect(410).code(), "link_cancelled");
    }

    async fn this_was_not_me_cancels_the_link_and_pauses_mails(app) {
        let admin = app.admin().await;
        app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        // The mail arrives before its audit row is written.
        app.wait_for_empty_queue().await;
        app.client().post("/api/password-resets/report", json!({"token": token})).await.expect(204);
        let answer = app.client().post("/api/password-resets/redeem", json!({"token": token, "password": NEW_PASSWORD})).await;
        assert_eq!(answer.expect(410).code(), "link_cancelled");
        app.advance(61);
        let before = app.smtp.mails().len();
        app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        app.wait_for_empty_queue().await;
        assert_eq!(app.smtp.mails().len(), before, "held back");
        let audit = admin.get("/api/audit").await.json();
        let actions: Vec<_> = audit["items"].as_array().expect("rows").iter().map(|row| row["action"].clone()).collect();
        assert_eq!(actions[..2], ["reset_throttled", "reset_reported"]);
        app.advance(24 * 3600);
        app.link_for("jo@example.com").await;
    }

    async fn this_was_not_me_holds_back_a_mail_that_waits(app) with ["--resend-cooldown", "0s"] {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let token = app.link_for("jo@example.com").await;
        app.wait_for_empty_queue().await;
        let before = app.smtp.mails().len();
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        app.wait_for_scheduled_retries().await;
        app.client().post("/api/password-resets/report", json!({"token": token})).await.expect(204);
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.run_queue_with_retries().await;
        assert_eq!(app.smtp.mails().len(), before, "held back");
        assert_eq!(admin.get(&format!("/api/users/{jo}")).await.json()["reset"]["state"], "cancelled");
        assert_eq!(admin.get("/api/users?filter=reset_pending").await.expect(200).json()["total"], 0);
    }

    async fn a_link_can_be_reported_once_and_the_report_cancels_that_link_only(app) with ["--resend-cooldown", "0s"] {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let old = app.link_for("jo@example.com").await;
        let newer = app.link_for("jo@example.com").await;
        app.wait_for_empty_queue().await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        let reports = (0..20).map(|_| {
            let (client, old) = (app.client(), old.clone());
            async move { client.post("/api/password-resets/report", json!({"token": old})).await.expect(204) }
        });
        futures_util::future::join_all(reports).await;
        app.client().post("/api/password-resets/inspect", json!({"token": newer})).await.expect(200);
        let pending = async || admin.get("/api/users?filter=reset_pending").await.expect(200).json()["total"].clone();
        assert_eq!(pending().await, 1, "the newer link works, and the users table says so");
        let page = admin.get("/api/audit").await.expect(200).json();
        let rows = page["items"].as_array().expect("rows").iter().filter(|row| row["action"] == "reset_reported").count();
        assert_eq!(rows, 1);
        // A reset requested by an admin stays too while its mail is queued.
        admin.post(&format!("/api/users/{jo}/password-reset"), json!({})).await.expect(202);
        app.wait_for_scheduled_retries().await;
        app.client().post("/api/password-resets/report", json!({"token": newer})).await.expect(204);
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.run_queue_with_retries().await;
        let by_admin = app.smtp.mails().last().expect("a mail").token();
        app.client().post("/api/password-resets/inspect", json!({"token": by_admin})).await.expect(200);
        // The cooldown has ended, and neither of the two starts another.
        app.advance(24 * 3600);
        for token in [&old, &newer] {
            app.client().post("/api/password-resets/report", json!({"token": token})).await.expect(204);
        }
        app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        app.smtp.wait_for_mail(|mail| mail.to == ["jo@example.com"] && ![&old, &newer, &by_admin].contains(&&mail.token())).await;
    }
}
