//! A flood of logins: everything else still works.

use crate::support::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;

const FLOOD: usize = 300;

/// Sends concurrent logins, each for another address, and counts their responses.
fn flood(app: &TestApp, answered: &Arc<AtomicUsize>) -> JoinSet<u16> {
    (0..FLOOD)
        .map(|n| {
            let (client, answered) = (app.client(), Arc::clone(answered));
            async move {
                let body = json!({"email": format!("nobody{n}@example.com"), "password": "not the password"});
                let status = client.post("/api/session", body).await.status;
                answered.fetch_add(1, Ordering::SeqCst);
                status
            }
        })
        .collect()
}

on_both_databases! {
    async fn rat_07_pages_and_health_checks_are_answered_before_a_flood_of_logins(app) with ["--limit-login-per-ip", "off"] {
        let answered = Arc::new(AtomicUsize::new(0));
        let mut logins = flood(&app, &answered);
        // One response: all other logins have been sent and wait.
        let first = logins.join_next().await.expect("a login").expect("no panic");
        assert_eq!(first, 401);
        let client = app.client();
        for _ in 0..20 {
            for path in ["/healthz", "/login", "/api/config"] {
                client.get(path).await.expect(200);
            }
        }
        let before = answered.load(Ordering::SeqCst);
        assert!(before < FLOOD / 2, "{before} of {FLOOD} logins were answered before sixty pages were");
        while let Some(status) = logins.join_next().await {
            assert!([401, 503].contains(&status.expect("no panic")));
        }
    }
}

#[cfg(target_os = "linux")]
mod memory {
    use super::*;
    use argon2::password_hash::PasswordHasher;
    use argon2::{Algorithm, Argon2, Params, Version};
    use futures_util::future::join_all;
    use rekey_server::store::{Location, Store};
    use rekey_server::users::write::{self, NewRow, Profile};

    /// The memory of a hash, and of the connections of the flood, in KiB.
    const HASH: u64 = 19 * 1024;
    /// Passes of a hash so slow that logins arrive faster than they are processed, on any machine.
    const PASSES: u32 = 40;
    /// Users with such a hash.
    const PEOPLE: usize = 40;
    const CONNECTIONS: u64 = 24 * 1024;

    /// Adds users whose hashes take the usual memory but much more time.
    async fn add_people(location: &Location) {
        let params = Params::new(19 * 1024, PASSES, 1, None).expect("parameters");
        let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(PASSWORD.as_bytes()).expect("a hash").to_string();
        let store = Store::open(location).await.expect("opens");
        let mut tx = store.begin().await.expect("begins");
        let mut rows = Vec::new();
        for n in 0..PEOPLE {
            rows.push(NewRow {
                password_hash: Some(hash.clone()),
                ..NewRow::agent(
                    "Jo".to_owned(),
                    Profile::keep(Some(&format!("jo{n}@example.com"))),
                    i64::try_from(n).expect("a number") + 100,
                )
            });
        }
        write::insert(&mut tx, 0, &rows).await.expect("people");
        tx.commit().await.expect("commits");
        store.close().await;
    }

    async fn run(database: Database) {
        let cli = Cli::on(database).await;
        add_people(&cli.location()).await;
        let server = cli.start(&["--limit-login-per-ip", "off", "--log", "error"], &[]);
        let client = server.client();
        let log_in = async |email: String| {
            let body = json!({"email": email, "password": "not the password"});
            client.without_cookie().post("/api/session", body).await.status
        };
        for n in 0..4 {
            log_in(format!("nobody{n}@example.com")).await;
        }
        let calm = server.peak_memory() / 1024;
        let slow = (0..PEOPLE).map(|n| format!("jo{n}@example.com"));
        let statuses = join_all(slow.chain((100..400).map(|n| format!("nobody{n}@example.com"))).map(&log_in)).await;
        // On a slow machine the last ones wait too long for the database and get a 503.
        assert!(statuses.contains(&401) && statuses.iter().all(|status| [401, 503].contains(status)), "{statuses:?}");
        let flooded = server.peak_memory() / 1024;
        // Without a limit it would be 40 hashes of 19 MiB and more.
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
        assert!(flooded - calm < (cores - 1) * HASH + CONNECTIONS, "{calm} KiB became {flooded} KiB");
    }

    #[tokio::test]
    async fn rat_07_memory_stays_flat_under_a_flood_of_logins_on_sqlite() {
        run(Database::Sqlite).await;
    }

    #[tokio::test]
    async fn rat_07_memory_stays_flat_under_a_flood_of_logins_on_postgres() {
        run(Database::Postgres).await;
    }
}
