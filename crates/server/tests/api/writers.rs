//! Concurrent writers.

use crate::support::*;
use futures_util::future::join_all;
use rekey_server::store::Store;

/// Number of concurrent writers.
const WRITERS: usize = 100;

cli_on_both_databases! {
    async fn rel_06_a_hundred_writers_beside_an_import_are_all_served(cli) {
        let smtp = SmtpServer::start();
        let url = smtp.url();
        let store = Store::open(&cli.location()).await.expect("opens");
        import_bulk_users(&cli, &store, WRITERS).await;
        let program = cli.serve(&[("REKEY_SMTP_URL", &url)]);
        let file = bulk_csv(&cli, "imported", 5000);
        let mut import = cli.command(&["user", "import", &file]).spawn().expect("the import starts");
        let mut rounds = 0;
        // Until the import has ended, plus one round.
        let mut over = false;
        while !over {
            over = import.try_wait().expect("a child").is_some();
            let writers = (0..WRITERS).map(|n| {
                let client = program.client();
                async move {
                    let email = bulk_address(n);
                    match n % 4 {
                        0 => client.post("/api/session", json!({"email": email, "password": "not the password"})).await,
                        _ => client.post("/api/password-resets", json!({"email": email})).await,
                    }
                }
            });
            for answer in join_all(writers).await {
                // Logins are throttled after five failures.
                assert!([202, 401, 429].contains(&answer.status), "{} {}", answer.status, String::from_utf8_lossy(&answer.bytes));
            }
            rounds += 1;
        }
        assert!(import.wait().expect("a child").success(), "after {rounds} rounds");
        let log = program.log();
        assert!(!log.contains("locked") && !log.contains("ERROR"), "{log}");
        cli.ok(&["audit", "verify"]);
    }

    async fn many_commands_make_one_new_database(cli) {
        let begun: Vec<_> = (0..8).map(|n| {
            let email = format!("user{n}@example.com");
            cli.command(&["user", "add", "--name", "User", "--email", &email]).stdout(std::process::Stdio::null()).spawn().expect("starts")
        }).collect();
        for mut command in begun {
            assert!(command.wait().expect("a child").success());
        }
        assert!(cli.ok(&["audit", "verify"]).contains("intact: 8 rows"));
    }
}

/// All operations on users, concurrently, including deliveries.
async fn concurrent_transactions_do_not_deadlock(app: TestApp) {
    let admin = app.admin().await;
    let mut ids = Vec::new();
    let mut tokens = Vec::new();
    for n in 0..4 {
        let email = format!("jo{n}@example.com");
        ids.push(app.add_user("Jo", &email).await);
        tokens.push(app.link_for(&email).await);
    }
    let calls = (0..160).map(|n: usize| {
        let (admin, client, ids) = (admin.clone(), app.client(), ids.clone());
        let (which, token) = (n / 8 % 4, tokens[n / 8 % 4].clone());
        async move {
            let user = format!("/api/users/{}", ids[which]);
            match n % 8 {
                0 => admin.post(&format!("{user}/password-reset"), json!({})).await,
                1 => admin.post("/api/users/password-resets", json!({"ids": ids})).await,
                2 => admin.post("/api/users/password-resets", json!({"ids": ids.iter().rev().collect::<Vec<_>>()})).await,
                3 => {
                    admin.patch(&user, json!({"name": format!("Jo {n}"), "status": if n % 16 == 3 { "disabled" } else { "active" }})).await
                }
                4 => {
                    client
                        .post("/api/password-resets/redeem", json!({"token": token, "password": format!("a long password, number {n}")}))
                        .await
                }
                5 => client.post("/api/password-resets/inspect", json!({"token": token})).await,
                6 => client.post("/api/password-resets/renew", json!({"token": token})).await,
                _ => client.post("/api/password-resets", json!({"email": format!("jo{which}@example.com")})).await,
            }
        }
    });
    for answer in join_all(calls).await {
        assert!(answer.status < 500, "{} {}", answer.status, String::from_utf8_lossy(&answer.bytes));
    }
    app.run_queue_with_retries().await;
    app.cli().ok(&["audit", "verify"]);
}

const NO_LIMITS: [&str; 8] =
    ["--resend-cooldown", "0s", "--limit-forgot-per-ip", "off", "--limit-mail-per-recipient", "off", "--limit-mail", "off"];

mod rel_06_concurrent_transactions_do_not_deadlock {
    use super::{Database, NO_LIMITS, TestApp, concurrent_transactions_do_not_deadlock};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        concurrent_transactions_do_not_deadlock(TestApp::start_with(Database::Sqlite, &NO_LIMITS).await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        concurrent_transactions_do_not_deadlock(TestApp::start_with(Database::Postgres, &NO_LIMITS).await).await;
    }
}

on_both_databases! {
    async fn a_request_during_an_older_delivery_supersedes_it(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::hold());
        app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        app.smtp.wait_for_held(1).await;
        admin.post(&format!("/api/users/{jo}/password-reset"), json!({})).await.expect(202);
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.smtp.release();
        app.wait_for_empty_queue().await;
        let mails = app.smtp.mails();
        assert_eq!(mails.len(), 1, "the older one has no link to bring");
        app.client().post("/api/password-resets/redeem", json!({"token": mails[0].token(), "password": NEW_PASSWORD})).await.expect(200);
    }

    async fn a_mail_being_sent_does_not_go_to_an_address_that_was_changed(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.smtp.set_behaviour(SmtpBehaviour::hold());
        app.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
        app.smtp.wait_for_held(1).await;
        admin.patch(&format!("/api/users/{jo}"), json!({"email": "new@example.com"})).await.expect(200);
        app.smtp.set_behaviour(SmtpBehaviour::accept());
        app.smtp.release();
        app.wait_for_empty_queue().await;
        let mails = app.smtp.mails();
        assert_eq!(mails.len(), 1, "the old address is told of the change, and no link goes to either");
        assert_eq!((&*mails[0].to, mails[0].text().contains("token")), (&["jo@example.com".to_owned()][..], false));
    }
}
