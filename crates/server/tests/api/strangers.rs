//! Self-service requests by strangers: they do not affect a mail queued by an admin or an invitation.

use crate::queue::until;
use crate::support::*;

const INSPECT: &str = "/api/password-resets/inspect";

async fn ask(app: &TestApp, email: &str) {
    app.client().post("/api/password-resets", json!({"email": email})).await.expect(202);
}

/// Waits until no `forgot` job is left in the queue.
async fn looked_up(app: &TestApp) {
    until(&app.store, "SELECT count(*) FROM outbox WHERE kind = 'forgot'", 0).await;
}

async fn reset_of(admin: &Client, id: &str) -> Value {
    admin.get(&format!("/api/users/{id}")).await.expect(200).json()["reset"].clone()
}

on_both_databases! {
    async fn tok_18_a_forgot_leaves_what_an_admin_has_queued_alone(app) with ["--resend-cooldown", "0s"] {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        admin.post(&format!("/api/users/{jo}/password-reset"), json!({})).await.expect(202);
        app.wait_for_scheduled_retries().await;
        for _ in 0..3 {
            ask(&app, "jo@example.com").await;
            looked_up(&app).await;
            let reset = reset_of(&admin, &jo).await;
            assert_eq!((&reset["state"], &reset["requested_by"]["kind"]), (&json!("queued"), &json!("admin")));
        }
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.run_queue_with_retries().await;
        let mails = app.smtp.mails();
        assert_eq!(mails.len(), 1, "the one that the admin asked for");
        assert!(mails[0].text().contains("Ada Admin asked us"), "{}", mails[0].text());
        app.client().post(INSPECT, json!({"token": mails[0].token()})).await.expect(200);
        let rows = admin.get("/api/audit").await.expect(200).json();
        let asked = rows["items"].as_array().expect("rows").iter().filter(|row| row["action"] == "reset_requested" && row["actor"].is_null());
        assert_eq!(asked.count(), 3, "each is in the audit log");
    }

    async fn tok_18_a_forgot_does_not_shorten_a_queued_invitation(app) {
        let admin = app.admin().await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        let new = admin.post("/api/users", json!({"name": "New", "email": "new@example.com"})).await.expect(201).json();
        app.wait_for_scheduled_retries().await;
        ask(&app, "new@example.com").await;
        looked_up(&app).await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.run_queue_with_retries().await;
        let subjects: Vec<String> = app.smtp.mails().iter().map(|mail| mail.subject()).collect();
        assert_eq!(subjects, ["Welcome to Squaretalk: set your password"]);
        app.advance(23 * 3600);
        app.client().post(INSPECT, json!({"token": app.smtp.mails()[0].token()})).await.expect(200);
        let admin = app.log_in("admin@example.com", PASSWORD).await;
        assert_eq!(reset_of(&admin, new["id"].as_str().expect("an id")).await["state"], "opened");
    }

    async fn tok_18_a_mail_that_its_server_puts_off_is_not_replaced_either(app) with ["--resend-cooldown", "0s"] {
        let admin = app.admin().await;
        let jo = app.add_user("Later", "later@example.com").await;
        admin.post(&format!("/api/users/{jo}/password-reset"), json!({})).await.expect(202);
        app.wait_for_scheduled_retries().await;
        ask(&app, "later@example.com").await;
        looked_up(&app).await;
        app.wait_for_scheduled_retries().await;
        let reset = reset_of(&admin, &jo).await;
        assert_eq!((&reset["state"], &reset["requested_by"]["kind"]), (&json!("queued"), &json!("admin")));
        until(&app.store, "SELECT count(*) FROM outbox", 1).await;
    }

    async fn tok_18_over_its_share_a_forgot_cancels_nothing(app) with ["--limit-mail-per-recipient", "1/1d", "--resend-cooldown", "0s"] {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.link_for("jo@example.com").await;
        app.wait_for_empty_queue().await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        admin.post(&format!("/api/users/{jo}/password-reset"), json!({})).await.expect(202);
        app.wait_for_scheduled_retries().await;
        ask(&app, "jo@example.com").await;
        looked_up(&app).await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.run_queue_with_retries().await;
        let mails = app.smtp.mails();
        assert_eq!(mails.len(), 2);
        let by_admin = mails[1].token();
        assert!(mails[1].text().contains("Ada Admin asked us"), "{}", mails[1].text());
        // Nor once it has been sent: no mail is sent that would cancel it.
        ask(&app, "jo@example.com").await;
        app.wait_for_empty_queue().await;
        app.client().post(INSPECT, json!({"token": by_admin})).await.expect(200);
    }

    async fn tok_07_a_link_works_until_the_mail_server_takes_the_newer_one(app) with ["--resend-cooldown", "0s"] {
        app.add_user("Later", "jo@example.com").await;
        let admin = app.admin().await;
        let older = app.link_for("jo@example.com").await;
        app.wait_for_empty_queue().await;
        for behaviour in [SmtpBehaviour::busy(), SmtpBehaviour::reject_recipients()] {
            app.smtp.set_behaviour(behaviour);
            ask(&app, "jo@example.com").await;
            looked_up(&app).await;
            app.wait_for_scheduled_retries().await;
            app.client().post(INSPECT, json!({"token": older})).await.expect(200);
        }
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        let newer = async {
            ask(&app, "jo@example.com").await;
            app.next_link_for("jo@example.com", &older).await
        };
        newer.await;
        assert_eq!(app.client().post(INSPECT, json!({"token": older})).await.expect(410).code(), "link_cancelled");
        drop(admin);
    }

    async fn tok_19_who_is_disabled_or_loses_the_address_while_a_reset_waits_sees_it_cancelled_at_once(app) {
        let admin = app.admin().await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        for (n, change) in [json!({"status": "disabled"}), json!({"email": null})].into_iter().enumerate() {
            let email = format!("jo{n}@example.com");
            let id = app.add_user("Jo", &email).await;
            ask(&app, &email).await;
            looked_up(&app).await;
            app.wait_for_scheduled_retries().await;
            assert_eq!(reset_of(&admin, &id).await["state"], "queued");
            let changed = admin.patch(&format!("/api/users/{id}"), change).await.expect(200).json();
            assert_eq!(changed["reset"]["state"], "cancelled");
        }
    }

    async fn tok_19_a_reset_that_was_asked_for_at_the_same_moment_ends_cancelled_too(app) {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        for (n, sql) in ["status = 'disabled'", "address = NULL"].into_iter().enumerate() {
            let email = format!("jo{n}@example.com");
            let id = app.add_user("Jo", &email).await;
            ask(&app, &email).await;
            looked_up(&app).await;
            // Like a change committed between the lookup of the user and the creation of the reset.
            let sql = format!("UPDATE users SET {sql} WHERE id = {id}");
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(app.store.write()).await.expect("updates");
            ids.push(id);
        }
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.run_queue_with_retries().await;
        assert!(app.smtp.mails().is_empty());
        for id in ids {
            assert_eq!(reset_of(&admin, &id).await["state"], "cancelled");
        }
    }
}
