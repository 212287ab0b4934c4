//! Job queue: leases, retries, and completion.

use crate::support::*;
use futures_util::future::join_all;
use rekey_server::jobs::outbox::{self, Job, LEASE, Which};
use rekey_server::store::Store;
use sqlx::{AssertSqlSafe, Row};
use std::time::{Duration, Instant};

const DAY: u64 = 24 * 3600;

/// Returns one number.
async fn number(store: &Store, sql: &str) -> i64 {
    sqlx::query(AssertSqlSafe(sql)).fetch_one(store.read()).await.expect("a number").get(0)
}

/// Waits until a query returns this number.
pub async fn until(store: &Store, sql: &str, wanted: i64) {
    wait_until(&format!("{wanted}: {sql}"), async || number(store, sql).await == wanted).await;
}

/// Waits until every job has this number of attempts and none is leased.
async fn tried(app: &TestApp, times: i64) {
    until(&app.store, &format!("SELECT count(*) FROM outbox WHERE attempts <> {times} OR claimed_until <> 0"), 0).await;
}

async fn ask(app: &TestApp, email: &str) {
    app.client().post("/api/password-resets", json!({"email": email})).await.expect(202);
}

on_both_databases! {
    async fn rel_04_retries_back_off_and_end_after_a_day(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        ask(&app, "jo@example.com").await;
        until(&app.store, "SELECT count(*) FROM outbox WHERE kind = 'link'", 1).await;
        for (attempt, wait) in (1..).zip([1, 2, 4, 8, 16, 30, 30, 30]) {
            tried(&app, attempt).await;
            assert_eq!(number(&app.store, "SELECT next_at FROM outbox").await - app.now(), wait * 1000, "after attempt {attempt}");
            app.advance(wait.unsigned_abs());
        }
        tried(&app, 9).await;
        let reset = async || admin.get(&format!("/api/users/{jo}")).await.json()["reset"].clone();
        assert_eq!(reset().await["state"], "queued");
        app.advance(DAY);
        app.wait_for_empty_queue().await;
        let admin = app.log_in("admin@example.com", PASSWORD).await;
        let reset = admin.get(&format!("/api/users/{jo}")).await.json()["reset"].clone();
        assert_eq!((&reset["state"], &reset["detail"]), (&json!("failed"), &json!("The mail server could not be reached for a day.")));
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.advance(DAY);
        assert!(app.smtp.mails().is_empty());
    }

    async fn rel_04_a_notice_ends_after_a_day_too(app) {
        app.add_user("Jo", "jo@example.com").await;
        let jo = app.log_in("jo@example.com", PASSWORD).await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        jo.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD})).await.expect(204);
        tried(&app, 1).await;
        app.advance(DAY + 1);
        app.wait_for_empty_queue().await;
    }

    async fn rel_04_a_poison_mail_blocks_no_other(app) {
        let admin = app.admin().await;
        let refused = app.add_user("Refused", "refused@example.com").await;
        app.add_user("Later", "later@example.com").await;
        let mut ids = vec![refused.clone()];
        for name in ["a\r\nBcc: eve@example.com", "\u{202e}<script>.\r\n.\r\n", &"x".repeat(5000)] {
            ids.push(app.add_user(name, &format!("hostile{}@example.com", ids.len())).await);
        }
        let broken = app.add_user("Broken", "broken@example.com").await;
        let sql = "UPDATE users SET address = 'no address' WHERE email = 'broken@example.com'";
        sqlx::query(sql).execute(app.store.write()).await.expect("updates");
        ids.push(broken);
        for job in ["'link', 9999, NULL", "'link', NULL, NULL", "'notice', NULL, 'x'", "'forgot', NULL, '\u{1}<>'", "'from the future', NULL, NULL"] {
            let sql = format!("INSERT INTO outbox (kind, reset_id, address, created_at, next_at) VALUES ({job}, {}, 0)", app.now());
            sqlx::query(AssertSqlSafe(sql)).execute(app.store.write()).await.expect("inserts");
        }
        admin.post("/api/users/password-resets", json!({"ids": ids})).await.expect(202);
        ask(&app, "later@example.com").await;
        app.add_user("Jo", "jo@example.com").await;
        app.link_for("jo@example.com").await;
        // All jobs have ended, except the one to retry and the one of an unknown kind, which is left for a newer program.
        until(&app.store, "SELECT count(*) FROM outbox", 2).await;
        assert_eq!(admin.get(&format!("/api/users/{refused}")).await.json()["email_status"], "bounced");
        let reached: Vec<_> = app.smtp.mails().iter().flat_map(|mail| mail.to.clone()).collect();
        assert_eq!(reached.iter().filter(|to| to.starts_with("hostile")).count(), 3);
        assert!(reached.iter().all(|to| to.starts_with("hostile") || to == "jo@example.com"), "{reached:?}");
        app.advance(DAY + 1);
        until(&app.store, "SELECT count(*) FROM outbox", 1).await;
    }

    async fn rel_04_hanging_retries_leave_a_worker_for_a_new_mail(app) {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        for n in 0..8 {
            ids.push(app.add_user("Stuck", &format!("stuck{n}@example.com")).await);
        }
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        admin.post("/api/users/password-resets", json!({"ids": ids})).await.expect(202);
        tried(&app, 1).await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.advance(1);
        until(&app.store, "SELECT count(*) FROM outbox WHERE claimed_until <> 0", 3).await;
        app.add_user("Jo", "jo@example.com").await;
        let begun = Instant::now();
        app.link_for("jo@example.com").await;
        assert!(begun.elapsed() < Duration::from_secs(8), "it waited until a stuck one gave up");
    }

    async fn rel_04_a_worker_whose_lease_expired_sends_nothing(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::hold());
        ask(&app, "jo@example.com").await;
        app.smtp.wait_for_held(1).await;
        // Another process, for which the lease has expired.
        let other = app.second_server(LEASE.unsigned_abs() / 1000 + 1).await;
        other.mail_to("jo@example.com").await;
        other.wait_for_empty_queue().await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.smtp.release();
        // Once the first worker sends something else, it has resumed; the second one may be faster.
        for n in 0.. {
            let email = format!("al{n}@example.com");
            app.add_user("Al", &email).await;
            ask(&app, &email).await;
            tokio::select! {
                _ = app.mail_to(&email) => break,
                _ = other.mail_to(&email) => {}
            }
        }
        assert!(app.smtp.mails().iter().all(|mail| mail.to != ["jo@example.com"]), "sent twice");
    }

    async fn rel_04_a_worker_whose_lease_expired_cannot_complete_the_job(app) {
        // Not due yet, so that the server's own worker does not claim it.
        let later = app.now() + 300_000;
        let mut tx = app.store.begin().await.expect("begins");
        outbox::put(&mut tx, later, &Job::Throttled { address: "jo@example.com".to_owned(), ip: "127.0.0.1".to_owned() }).await.expect("a job");
        tx.commit().await.expect("commits");
        let lost = outbox::claim(&app.store, later, Which::Due, 9).await.expect("a claim").remove(0);
        let held = outbox::claim(&app.store, later + LEASE, Which::Due, 9).await.expect("a claim").remove(0);
        let mut tx = app.store.begin().await.expect("begins");
        assert!(!outbox::finish(&mut tx, &lost).await.expect("an answer"));
        assert!(outbox::finish(&mut tx, &held).await.expect("an answer"));
        tx.commit().await.expect("commits");
    }

    async fn rel_04_a_worker_whose_lease_expired_sends_nothing_while_the_job_waits_for_a_retry(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::hold());
        ask(&app, "jo@example.com").await;
        app.smtp.wait_for_held(1).await;
        // Another process, for which the lease expires, fails to send and schedules a retry.
        let other = app.second_server(0).await;
        other.smtp.set_behaviour(SmtpBehaviour::busy());
        other.advance(LEASE.unsigned_abs() / 1000 + 1);
        until(&app.store, "SELECT count(*) FROM outbox WHERE attempts = 2 AND claimed_until = 0", 1).await;
        drop(other);
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.smtp.release();
        // Once it has sent something else it has resumed.
        for email in ["al@example.com", "bo@example.com"] {
            app.add_user("Al", email).await;
            app.link_for(email).await;
        }
        assert!(app.smtp.mails().iter().all(|mail| mail.to != ["jo@example.com"]), "sent by who had lost the claim");
        app.advance(2 * LEASE.unsigned_abs() / 1000);
        app.wait_for_empty_queue().await;
        assert_eq!(app.smtp.mails().iter().filter(|mail| mail.to == ["jo@example.com"]).count(), 1);
    }

    async fn rel_04_a_worker_whose_lease_expired_does_not_release_the_lease_of_another(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::hold());
        ask(&app, "jo@example.com").await;
        app.smtp.wait_for_held(1).await;
        let other = app.second_server(0).await;
        other.smtp.set_behaviour(SmtpBehaviour::hold());
        other.advance(LEASE.unsigned_abs() / 1000 + 1);
        other.smtp.wait_for_held(1).await;
        // It resumes with a mail server that is busy.
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        app.smtp.release();
        app.smtp.wait_for_deferrals(1).await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        // It has processed that once it has sent something else; the second worker runs few jobs at once.
        for n in 0..8 {
            let email = format!("al{n}@example.com");
            app.add_user("Al", &email).await;
            ask(&app, &email).await;
        }
        app.smtp.wait_for_mail(|mail| mail.to != ["jo@example.com"]).await;
        let held = "SELECT count(*) FROM outbox WHERE attempts = 2 AND claimed_until > 0 AND kind = 'link'";
        assert!(number(&app.store, held).await > 0, "the other one's claim was ended");
        other.smtp.set_behaviour(SmtpBehaviour::accept());
        other.smtp.release();
        other.mail_to("jo@example.com").await;
        assert!(app.smtp.mails().iter().all(|mail| mail.to != ["jo@example.com"]), "sent twice");
    }

    async fn rel_03_a_job_leased_by_a_killed_process_is_retried_within_a_minute(app) {
        let mut tries = 0;
        let address = loop {
            tries += 1;
            let address = format!("jo{tries}@example.com");
            app.add_user("Jo", &address).await;
            let mut tx = app.store.begin().await.expect("begins");
            let job = Job::Forgot { address: address.clone(), ip: "127.0.0.1".to_owned() };
            outbox::put(&mut tx, app.now(), &job).await.expect("a job");
            tx.commit().await.expect("commits");
            // This worker leases it and dies, unless the server's own worker was polling just then.
            if outbox::claim(&app.store, app.now(), Which::Due, 9).await.expect("a claim").len() == 1 {
                break address;
            }
        };
        app.advance(39);
        assert!(outbox::claim(&app.store, app.now(), Which::Due, 9).await.expect("a claim").is_empty());
        app.advance(21);
        app.mail_to(&address).await;
    }

    async fn mails_delayed_by_an_outage_are_sent_within_a_minute_of_its_end(app) {
        app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::busy());
        ask(&app, "jo@example.com").await;
        until(&app.store, "SELECT count(*) FROM outbox WHERE kind = 'link'", 1).await;
        for attempt in 1..40 {
            tried(&app, attempt).await;
            app.advance(30);
        }
        tried(&app, 40).await;
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.advance(60);
        app.mail_to("jo@example.com").await;
    }

    async fn a_clock_set_back_delays_no_job(app) {
        app.add_user("Jo", "jo@example.com").await;
        let hour = app.now() + 3_600_000;
        for claimed in [0, hour + LEASE] {
            let sql = format!("INSERT INTO outbox (kind, address, created_at, next_at, claimed_until) VALUES ('forgot', 'jo@example.com', {hour}, {hour}, {claimed})");
            sqlx::query(AssertSqlSafe(sql)).execute(app.store.write()).await.expect("inserts");
        }
        app.advance(1);
        app.wait_for_empty_queue().await;
        app.mail_to("jo@example.com").await;
    }

    async fn readiness_does_not_depend_on_the_mail_server(app) {
        for behaviour in [SmtpBehaviour::busy(), SmtpBehaviour::silent(), SmtpBehaviour::down(), SmtpBehaviour::reject_recipients()] {
            app.smtp.set_behaviour(behaviour.clone());
            assert_eq!(app.client().get("/readyz").await.status, 200, "{behaviour:?}");
        }
    }
}

cli_on_both_databases! {
    async fn rel_04_jobs_run_in_order_and_a_retry_comes_after_the_others(cli) {
        let store = Store::open(&cli.location()).await.expect("opens");
        let mut tx = store.begin().await.expect("begins");
        for reset in 1..=3 {
            outbox::put(&mut tx, 1000, &Job::Link { reset }).await.expect("a job");
        }
        tx.commit().await.expect("commits");
        let next = async |now: i64| {
            let mut claims = outbox::claim(&store, now, Which::Due, 1).await.expect("a claim");
            claims.pop().expect("a job that is due")
        };
        let stuck = next(1000).await;
        assert_eq!(stuck.job, Job::Link { reset: 1 });
        let mut tx = store.begin().await.expect("begins");
        outbox::retry_at(&mut tx, &stuck, 2000, 0).await.expect("given back");
        tx.commit().await.expect("commits");
        for reset in [2, 3, 1] {
            assert_eq!(next(3000).await.job, Job::Link { reset });
        }
    }

    async fn rel_04_two_processes_send_each_mail_once(cli) {
        const MAILS: usize = 60;
        let smtp = SmtpServer::start();
        let url = smtp.url();
        let store = Store::open(&cli.location()).await.expect("opens");
        import_bulk_users(&cli, &store, MAILS).await;
        let settings = [("REKEY_SMTP_URL", &*url)];
        let (one, two) = (cli.serve(&settings), cli.serve(&settings));
        let clients = [one.client(), two.client()];
        let asks = (0..MAILS).map(|n| clients[n % 2].post("/api/password-resets", json!({"email": bulk_address(n)})));
        assert!(join_all(asks).await.iter().all(|answer| answer.status == 202));
        until(&store, "SELECT count(*) FROM outbox", 0).await;
        let mut reached: Vec<_> = smtp.mails().iter().flat_map(|mail| mail.to.clone()).collect();
        let sent = reached.len();
        reached.sort();
        reached.dedup();
        assert_eq!((sent, reached.len()), (MAILS, MAILS));
        assert!(!one.log().contains("ERROR"), "{}", one.log());
        cli.ok(&["audit", "verify"]);
    }
}
