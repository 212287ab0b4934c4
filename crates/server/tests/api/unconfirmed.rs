//! Unconfirmed mails: the mail server responds late after the final dot, or not at all, and may or may not have accepted the mail.

use crate::queue::until;
use crate::support::*;
use rekey_server::store::number;
use sqlx::AssertSqlSafe;

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

async fn ask(app: &TestApp, email: &str) {
    app.client().post("/api/password-resets", json!({"email": email})).await.expect(202);
}

/// Advances the clock to the next attempt of the only job. Returns the seconds until then; `None` if the queue is empty.
async fn next_attempt(app: &TestApp) -> Option<u64> {
    app.wait_for_scheduled_retries().await;
    let sql = format!("SELECT coalesce(max(next_at) - {}, 0) FROM outbox", app.now());
    let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(app.store.read()).await.expect("a number");
    let seconds = number(&row).expect("a number").unsigned_abs().div_ceil(1000);
    app.advance(seconds);
    (seconds > 0).then_some(seconds)
}

/// Advances the clock from attempt to attempt until the queue is empty. Returns the delays in seconds.
async fn all_attempts(app: &TestApp) -> Vec<u64> {
    let mut pauses = Vec::new();
    while let Some(pause) = next_attempt(app).await {
        pauses.push(pause);
        assert!(pauses.len() < 10, "tried over and over: {pauses:?}");
    }
    pauses
}

fn are_long(pauses: &[u64]) -> bool {
    pauses.iter().all(|pause| (5 * MINUTE..=30 * MINUTE).contains(pause))
}

on_both_databases! {
    async fn rel_04_a_mail_server_that_confirms_after_minutes_gets_the_mail_once(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "unanswered@example.com").await;
        ask(&app, "unanswered@example.com").await;
        app.mail_to("unanswered@example.com").await;
        // Another process polls for jobs whose lease has expired.
        let other = app.second_server(0).await;
        for _ in 0..9 {
            app.advance(MINUTE);
            until(&app.store, &format!("SELECT count(*) FROM outbox WHERE attempts = 1 AND claimed_until > {}", app.now()), 1).await;
            other.advance(MINUTE);
        }
        assert_eq!((app.smtp.mails().len(), other.smtp.mails().len()), (1, 0));
        app.smtp.release();
        app.wait_for_empty_queue().await;
        assert_eq!(admin.get(&format!("/api/users/{jo}")).await.json()["reset"]["state"], "sent");
        app.advance(DAY);
        assert_eq!((app.smtp.mails().len(), other.smtp.mails().len()), (1, 0));
    }

    async fn rel_04_an_unconfirmed_mail_is_repeated_twice_after_long_pauses_and_its_links_work(app) {
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::close_after_message());
        ask(&app, "jo@example.com").await;
        app.mail_to("jo@example.com").await;
        let pauses = all_attempts(&app).await;
        assert!(pauses.len() == 2 && are_long(&pauses), "{pauses:?}");
        let mails = app.smtp.mails();
        assert_eq!(mails.len(), 3);
        let admin = app.admin().await;
        let reset = admin.get(&format!("/api/users/{jo}")).await.json()["reset"].clone();
        assert_eq!((&reset["state"], &reset["detail"]), (&json!("sent"), &json!("The mail server did not confirm that it took the mail.")));
        app.client().post("/api/password-resets/inspect", json!({"token": mails[2].token()})).await.expect(200);
    }

    async fn rel_04_an_unconfirmed_notice_is_repeated_twice_too(app) {
        app.add_user("Jo", "jo@example.com").await;
        let jo = app.log_in("jo@example.com", PASSWORD).await;
        app.smtp.set_behaviour(SmtpBehaviour::close_after_message());
        jo.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD})).await.expect(204);
        app.mail_to("jo@example.com").await;
        let pauses = all_attempts(&app).await;
        assert!(pauses.len() == 2 && are_long(&pauses), "{pauses:?}");
        assert_eq!(app.smtp.mails().len(), 3);
    }

    async fn rel_04_an_unconfirmed_mail_is_not_repeated_once_its_link_was_opened_or_used(app) {
        let admin = app.admin().await;
        app.smtp.set_behaviour(SmtpBehaviour::close_after_message());
        let mut ids = Vec::new();
        for (call, state) in [("inspect", "opened"), ("redeem", "used"), ("report", "cancelled")] {
            let email = format!("{call}@example.com");
            let id = app.add_user("Jo", &email).await;
            ask(&app, &email).await;
            let token = app.mail_to(&email).await.token();
            app.wait_for_scheduled_retries().await;
            let mut body = json!({"token": token});
            if call == "redeem" {
                // The notice is accepted.
                app.smtp.set_behaviour(SmtpBehaviour::accept());
                body["password"] = json!(NEW_PASSWORD);
            }
            assert_eq!(app.client().post(&format!("/api/password-resets/{call}"), body).await.status / 100, 2);
            if call == "redeem" {
                app.smtp.wait_for_mail(|mail| mail.subject().contains("was changed")).await;
                until(&app.store, "SELECT count(*) FROM outbox WHERE kind = 'notice'", 0).await;
                app.smtp.set_behaviour(SmtpBehaviour::close_after_message());
            }
            ids.push((id, state));
        }
        all_attempts(&app).await;
        app.advance(DAY);
        let resets = app.smtp.mails().iter().filter(|mail| mail.subject().starts_with("Reset")).count();
        assert_eq!(resets, 3, "one for each");
        let admin_again = app.log_in("admin@example.com", PASSWORD).await;
        drop(admin);
        for (id, state) in ids {
            let seen = admin_again.get(&format!("/api/users/{id}")).await.json()["reset"]["state"].clone();
            assert!(seen == state || (state == "opened" && seen == "expired"), "{state}: {seen}");
        }
    }

    async fn rat_06_an_unconfirmed_mail_counts_for_the_share_of_its_address(app) with ["--limit-mail-per-recipient", "2/1d"] {
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::close_after_message());
        ask(&app, "jo@example.com").await;
        app.mail_to("jo@example.com").await;
        all_attempts(&app).await;
        let mails = app.smtp.mails();
        assert_eq!(mails.len(), 2);
        // The mails may have arrived: their links are valid.
        app.client().post("/api/password-resets/inspect", json!({"token": mails[1].token()})).await.expect(200);
        let admin = app.admin().await;
        assert_eq!(admin.get(&format!("/api/users/{jo}")).await.json()["reset"]["state"], "opened");
    }

    async fn rel_04_mails_that_nobody_confirms_hold_nobody_else_up(app) {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        for n in 0..8 {
            ids.push(app.add_user("Jo", &format!("unanswered{n}@example.com")).await);
        }
        admin.post("/api/users/password-resets", json!({"ids": ids})).await.expect(202);
        app.mail_to("unanswered0@example.com").await;
        app.add_user("Al", "al@example.com").await;
        ask(&app, "al@example.com").await;
        // Within half a minute, regardless of the other mails.
        for _ in 0..6 {
            app.advance(5);
            until(&app.store, &format!("SELECT count(*) FROM outbox WHERE claimed_until > 0 AND claimed_until <= {}", app.now()), 0).await;
        }
        app.mail_to("al@example.com").await;
        app.smtp.release();
    }

    async fn rel_03_a_mail_under_way_when_its_process_was_killed_is_repeated_twice_at_most(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        ask(&app, "jo@example.com").await;
        until(&app.store, "SELECT count(*) FROM outbox WHERE kind = 'link' AND attempts > 0 AND claimed_until = 0", 1).await;
        // Three processes have started to deliver it, and died.
        sqlx::query("UPDATE outbox SET deliveries = 3").execute(app.store.write()).await.expect("updates");
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.advance(MINUTE);
        app.wait_for_empty_queue().await;
        assert!(app.smtp.mails().is_empty(), "a fourth mail");
        assert_eq!(admin.get(&format!("/api/users/{jo}")).await.json()["reset"]["state"], "sent");
    }
}
