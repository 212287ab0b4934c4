//! Crash safety: after a SIGKILL at any time, transactions are atomic, enqueued mails are sent, and commits are durable.

use crate::support::*;
use futures_util::future::join_all;
use rekey_server::auth::session;
use rekey_server::clock::Clock;
use rekey_server::http::middleware::client_ip::ClientIp;
use rekey_server::jobs::outbox::LEASE;
use rekey_server::reset::{self, Kind, link};
use rekey_server::store::{Dialect, Store};
use rekey_wire::users::RequesterKind;
use sqlx::Row;
use std::time::{Duration, Instant};

/// Number of kills.
const KILLS: usize = 100;
/// Redemptions in progress at each kill.
const AT_ONCE: usize = 6;
/// A user with a mailed link and two sessions.
struct Owner {
    id: i64,
    token: String,
}

async fn owners(cli: &Cli, store: &Store, count: usize) -> Vec<Owner> {
    let now = Clock::system().now();
    let ids = import_bulk_users(cli, store, count).await;
    let mut tx = store.begin().await.expect("begins");
    let mut owners = Vec::new();
    for id in ids {
        let reset = reset::create(&mut tx, now, id, Kind::Reset, RequesterKind::Oneself, "Owner").await.expect("a reset");
        let token = link::mint(&mut tx, now, Duration::from_secs(3600), reset, id).await.expect("a link").expect("the newest").reveal();
        for _ in 0..2 {
            session::start(&mut tx, id, now, &ClientIp([127, 0, 0, 1].into()), None).await.unwrap_or_else(|_| panic!("a session"));
        }
        owners.push(Owner { id, token });
    }
    tx.commit().await.expect("commits");
    owners
}

/// Effects of a redemption: reset used, hash new, sessions, audit rows, notices.
type Traces = [i64; 5];
const UNTOUCHED: Traces = [0, 0, 2, 0, 0];
const REDEEMED: Traces = [1, 1, 0, 1, 1];

async fn traces(store: &Store, owner: &Owner) -> Traces {
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM resets WHERE user_id = u.id AND used_at IS NOT NULL),
                (SELECT count(*) FROM users WHERE id = u.id AND password_hash <> $2),
                (SELECT count(*) FROM sessions WHERE user_id = u.id),
                (SELECT count(*) FROM audit WHERE subject_id = u.id AND action = 'reset_redeemed'),
                (SELECT count(*) FROM outbox WHERE user_id = u.id AND kind = 'notice')
         FROM users u WHERE u.id = $1",
    )
    .bind(owner.id)
    .bind(OLD_HASH)
    .fetch_one(store.read())
    .await
    .expect("the owner");
    std::array::from_fn(|at| row.get(at))
}

/// Sends all redemptions concurrently. Returns a status for each that got a response.
async fn redeem(client: &Client, owners: &[Owner]) -> Vec<Option<u16>> {
    let calls = owners.iter().map(|owner| {
        let body = json!({"token": owner.token, "password": NEW_PASSWORD});
        let call = client.request("POST", "/api/password-resets/redeem").json(&body).send();
        async move { call.await.ok().map(|response| response.status().as_u16()) }
    });
    join_all(calls).await
}

cli_on_both_databases! {
    async fn rel_02_killed_at_a_hundred_moments_a_redemption_is_whole_or_nothing(cli) {
        let mut rng = seeded_rng();
        let smtp = SmtpServer::start();
        // Notices stay in the queue, where they are counted.
        smtp.set_behaviour(SmtpBehaviour::busy());
        let url = smtp.url();
        let store = Store::open(&cli.location()).await.expect("opens");
        let owners = owners(&cli, &store, AT_ONCE * (KILLS + 1)).await;
        store.close().await;

        let (first, rest) = owners.split_at(AT_ONCE);
        let mut program = cli.serve(&[("REKEY_SMTP_URL", &url)]);
        let begun = Instant::now();
        assert!(redeem(&program.client(), first).await.iter().all(|status| *status == Some(200)));
        let whole = begun.elapsed();
        let (mut redeemed, mut untouched, mut mixed) = (0, 0, 0);
        for group in rest.chunks(AT_ONCE) {
            let client = program.client();
            let killed = async {
                // Real time is the subject: killed at a random time.
                tokio::time::sleep(whole.mul_f64(rng.f64())).await;
                program.kill();
            };
            let (answers, ()) = tokio::join!(redeem(&client, group), killed);
            program = cli.serve(&[("REKEY_SMTP_URL", &url)]);

            let store = Store::open(&cli.location()).await.expect("opens");
            let before = (redeemed, untouched);
            for (owner, answer) in group.iter().zip(answers) {
                match traces(&store, owner).await {
                    REDEEMED => redeemed += 1,
                    UNTOUCHED if answer.is_none() => untouched += 1,
                    half => panic!("half a redemption: {half:?}, answered {answer:?}"),
                }
            }
            mixed += usize::from(before.0 < redeemed && before.1 < untouched);
            sqlx::query("DELETE FROM outbox").execute(store.write()).await.expect("deletes");
            store.close().await;
        }
        assert!(redeemed > 0 && untouched > 0 && mixed > 0, "the moments were not where it matters: {redeemed} {untouched} {mixed}");
        assert!(cli.ok(&["audit", "verify"]).contains(&format!("intact: {} rows", 1 + AT_ONCE + redeemed)));
    }

    async fn rel_03_a_mail_promised_with_202_is_sent_after_a_kill_and_a_restart(cli) {
        let smtp = SmtpServer::start();
        smtp.set_behaviour(SmtpBehaviour::hold());
        let url = smtp.url();
        let store = Store::open(&cli.location()).await.expect("opens");
        let count = 12;
        owners(&cli, &store, count).await;
        let mut program = cli.serve(&[("REKEY_SMTP_URL", &url)]);
        let client = program.client();
        for n in 0..count {
            client.post("/api/password-resets", json!({"email": bulk_address(n)})).await.expect(202);
        }
        // Some mails are being delivered now.
        smtp.wait_for_held(1).await;
        program.kill();
        let claimed = sqlx::query("SELECT count(*) FROM outbox WHERE claimed_until > 0").fetch_one(store.read()).await.expect("a count");
        assert!(claimed.get::<i64, _>(0) > 0, "a claimed mail is the hard case");
        // As if the leases had expired, which takes less than a minute: see `queue.rs`.
        sqlx::query("UPDATE outbox SET claimed_until = claimed_until - $1 WHERE claimed_until > 0").bind(LEASE).execute(store.write()).await.expect("updates");
        smtp.set_behaviour(SmtpBehaviour::accept());
        let _program = cli.serve(&[("REKEY_SMTP_URL", &url)]);
        for n in 0..count {
            smtp.wait_for_mail(|mail| mail.to == [bulk_address(n)]).await.token();
        }
    }
}

on_both_databases! {
    async fn rel_05_passwords_and_links_are_fsynced_also_after_relaxed_commits(app) {
        // Records whether the commit of each transaction that stores a password or a link is fsynced.
        let notes: &[&str] = match app.store.dialect() {
            Dialect::Sqlite => &[
                "CREATE TABLE noted (level TEXT)",
                "CREATE TRIGGER note AFTER UPDATE OF password_hash ON users WHEN new.password_hash IS NOT old.password_hash
                 BEGIN INSERT INTO noted SELECT synchronous FROM pragma_synchronous; END",
                "CREATE TRIGGER note_link AFTER INSERT ON tokens BEGIN INSERT INTO noted SELECT synchronous FROM pragma_synchronous; END",
            ],
            Dialect::Postgres => &[
                "CREATE TABLE noted (level TEXT)",
                "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN INSERT INTO noted VALUES (current_setting('synchronous_commit')); RETURN new; END $$",
                "CREATE TRIGGER note AFTER UPDATE OF password_hash ON users FOR EACH ROW
                 WHEN (new.password_hash IS DISTINCT FROM old.password_hash) EXECUTE FUNCTION note()",
                "CREATE TRIGGER note_link AFTER INSERT ON tokens FOR EACH ROW EXECUTE FUNCTION note()",
            ],
        };
        for sql in notes {
            sqlx::raw_sql(*sql).execute(app.store.write()).await.expect("runs");
        }
        let (full, light) = if app.store.dialect() == Dialect::Sqlite { ("2", "1") } else { ("on", "off") };
        let noted = async || {
            let rows = sqlx::query("SELECT level FROM noted").fetch_all(app.store.read()).await.expect("rows");
            sqlx::query("DELETE FROM noted").execute(app.store.write()).await.expect("deletes");
            rows.iter().map(|row| row.get(0)).collect::<Vec<String>>()
        };
        app.add_user("Jo", "jo@example.com").await;
        let session = app.log_in("jo@example.com", PASSWORD).await;
        assert_eq!(noted().await, Vec::<String>::new(), "a login stores no password");
        let mut tx = app.store.begin_relaxed().await.expect("begins");
        sqlx::query("UPDATE users SET password_hash = password_hash || ' '").execute(&mut *tx).await.expect("updates");
        assert_eq!(sqlx::query("SELECT level FROM noted").fetch_one(&mut *tx).await.expect("a row").get::<String, _>(0), light);
        tx.rollback().await.expect("rolls back");

        app.client().post("/api/password-resets", json!({"email": "nobody@example.com"})).await.expect(202);
        session.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD})).await.expect(204);
        assert_eq!(noted().await, [full]);
        let token = app.link_for("jo@example.com").await;
        assert_eq!(noted().await, [full], "a mail with a link has left");
        app.log_in("jo@example.com", NEW_PASSWORD).await;
        app.client().post("/api/password-resets/redeem", json!({"token": token, "password": PASSWORD})).await.expect(200);
        assert_eq!(noted().await, [full]);
    }

    async fn rel_05_commits_are_fsynced(app) {
        let store = &app.store;
        match store.dialect() {
            Dialect::Sqlite => {
                // All connections of the pool, acquired at once.
                let mut connections = vec![store.write().acquire().await.expect("the one that writes")];
                for _ in 0..store.read().options().get_max_connections() {
                    connections.push(store.read().acquire().await.expect("one that reads"));
                }
                for connection in &mut connections {
                    let row = sqlx::query("PRAGMA synchronous").fetch_one(&mut **connection).await.expect("a level");
                    assert_eq!(row.get::<i64, _>(0), 2, "2 is FULL");
                    let row = sqlx::query("PRAGMA journal_mode").fetch_one(&mut **connection).await.expect("a mode");
                    assert_eq!(row.get::<String, _>(0), "wal");
                }
            }
            Dialect::Postgres => {
                // The operator's setting is in effect: the program did not lower it, in or out of a transaction.
                let sql = "SELECT setting, reset_val, source FROM pg_settings WHERE name = 'synchronous_commit'";
                let mut tx = store.begin().await.expect("begins");
                let within = sqlx::query(sql).fetch_one(&mut *tx).await.expect("a setting");
                drop(tx);
                let outside = sqlx::query(sql).fetch_one(store.write()).await.expect("a setting");
                for row in [within, outside] {
                    assert_eq!(row.get::<String, _>(0), row.get::<String, _>(1));
                    let source: String = row.get(2);
                    assert!(source != "session" && source != "client", "{source}");
                }
            }
        }
    }
}
