//! Denial of service by large bodies and long passwords.

use crate::support::*;
use futures_util::future::join_all;
use rekey_server::auth::hashing::hash_now;
use std::time::{Duration, Instant};

/// Number of concurrent bodies, and their maximum total memory.
const AT_ONCE: usize = 64;
const GROWTH: u64 = 24 * 1024 * 1024;

#[cfg(target_os = "linux")]
#[tokio::test]
async fn inp_01_memory_stays_flat_while_large_bodies_come_in() {
    let program = Program::serve(Database::Sqlite, &[]).await;
    program.client().post("/api/password-resets", json!({"email": "jo@example.com"})).await.expect(202);
    let before = program.server.peak_memory();
    let head = "POST /api/password-resets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = [&b"4000\r\n"[..], &[b' '; 0x4000], b"\r\n"].concat();
    let endless = (0..AT_ONCE).map(|_| {
        let (base, chunk) = (program.server.base.clone(), chunk.clone());
        tokio::task::spawn_blocking(move || {
            let mut connection = Connection::open(&base);
            let mut sent = 0;
            // Until the server closes the connection.
            let mut is_open = connection.send(head.as_bytes());
            while is_open && sent < 64 * 1024 * 1024 {
                is_open = connection.send(&chunk);
                sent += chunk.len();
            }
            sent
        })
    });
    let sent: Vec<usize> = join_all(endless).await.into_iter().map(|sent| sent.expect("no panic")).collect();
    assert!(sent.iter().all(|sent| *sent < 32 * 1024 * 1024), "the server closed each connection: {sent:?}");
    let megabyte = vec![b' '; 1024 * 1024];
    let client = program.client();
    let announced = join_all((0..AT_ONCE).map(async |_| {
        client.send(client.request("POST", "/api/session").header("content-type", "application/json").body(megabyte.clone())).await.status
    }));
    assert_eq!(announced.await, vec![413; AT_ONCE]);
    let growth = program.server.peak_memory() - before;
    assert!(growth < GROWTH, "{} MiB more after {} MiB of bodies", growth >> 20, (sent.iter().sum::<usize>() >> 20) + AT_ONCE);
}

/// Returns the shortest duration of several tries.
async fn quickest(tried: impl AsyncFn()) -> Duration {
    let mut quickest = Duration::MAX;
    for _ in 0..7 {
        let began = Instant::now();
        tried().await;
        quickest = quickest.min(began.elapsed());
    }
    quickest
}

#[tokio::test]
async fn inp_04_a_password_that_is_too_long_is_refused_before_it_is_hashed() {
    let app = TestApp::start(Database::Sqlite).await;
    app.add_user("Jo", "jo@example.com").await;
    let token = app.link_for("jo@example.com").await;
    let here = app.log_in("jo@example.com", PASSWORD).await;
    let megabyte = "pass word ".repeat(100_000);
    // The longest that fits into 16 KiB; one character too long; the maximum length with twice as many code points.
    let (longest, long, fitting) = ("pass word ".repeat(1600), "p".repeat(257), "a\u{308}".repeat(256));
    for password in [&megabyte, &longest, &long] {
        let status = if *password == megabyte { 413 } else { 422 };
        let calls = [
            here.post("/api/session", json!({"email": "jo@example.com", "password": password})).await,
            here.post("/api/password-resets/redeem", json!({"token": token, "password": password})).await,
            here.put("/api/account/password", json!({"current_password": PASSWORD, "new_password": password})).await,
            here.put("/api/account/password", json!({"current_password": password, "new_password": NEW_PASSWORD})).await,
        ];
        for answer in calls {
            assert_eq!(answer.status, status, "{}", password.len());
            assert!(status == 413 || answer.json()["errors"].to_string().contains("too_long"), "{}", answer.json());
        }
    }
    // None of them counted as a failed login, and length is counted in NFC.
    for _ in 0..5 {
        here.post("/api/session", json!({"email": "jo@example.com", "password": fitting})).await.expect(401);
    }
    let hash = quickest(async || drop(hash_now(PASSWORD).expect("a hash"))).await;
    for password in [&longest, &long] {
        let login =
            quickest(async || drop(here.post("/api/session", json!({"email": "jo@example.com", "password": password})).await.expect(422)));
        let redeem = quickest(async || {
            drop(here.post("/api/password-resets/redeem", json!({"token": token, "password": password})).await.expect(422))
        });
        let (login, redeem) = (login.await, redeem.await);
        assert!(login * 2 < hash && redeem * 2 < hash, "{login:?} and {redeem:?}, where one hash takes {hash:?}");
    }
}
