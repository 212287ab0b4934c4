//! Being told to stop.

use crate::database::Kind;
use crate::http::Visitor;
use crate::on_both_shells;
use crate::people;
use crate::process::Process;
use crate::shell::Shell;
use crate::smtp::{PATIENCE, Smtp};
use crate::world::*;
use axum::Router;
use axum::routing::get;
use futures_util::future::join_all;
use rekey_server::jobs::outbox;
use rekey_server::store::Store;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Clients that send one request after the other.
const CLIENTS: usize = 24;

/// Calls until the server says that it closes the connection; each call must be answered as it should be.
async fn keep_calling(visitor: Visitor, n: usize, answered: &AtomicUsize) {
    for call in 0.. {
        let answer = match n % 3 {
            // Hashes for some time.
            0 => visitor.post("/api/session", json!({"email": format!("nobody{n}-{call}@example.com"), "password": "x"})).await,
            1 => visitor.post("/api/password-resets", json!({"email": people::address(n)})).await,
            _ => visitor.get("/readyz").await,
        };
        assert!([200, 202, 401].contains(&answer.status), "{}", answer.status);
        answered.fetch_add(1, Ordering::Relaxed);
        if answer.header("connection") == "close" {
            return;
        }
    }
}

/// A request of which the server has all but the last byte.
async fn half_a_request(program: &Process) -> TcpStream {
    let address = program.base.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("connects");
    let body = r#"{"email":"owner0@example.com"}"#;
    let head = format!(
        "POST /api/password-resets HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sends");
    stream.write_all(&body.as_bytes()[..body.len() - 1]).await.expect("sends");
    stream
}

on_both_shells! {
    async fn rel_07_told_to_stop_under_load_it_answers_what_it_was_asked_and_exits_with_0(shell) {
        let store = Store::open(&shell.location()).await.expect("opens");
        people::add(&shell, &store, CLIENTS).await;
        let mut program = shell.serve(&[]).await;
        let answered = AtomicUsize::new(0);
        let clients = join_all((0..CLIENTS).map(|n| keep_calling(program.visitor(), n, &answered)));
        let mut half = half_a_request(&program).await;
        let stop = async {
            while answered.load(Ordering::Relaxed) < 3 * CLIENTS {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            program.terminate();
        };
        tokio::time::timeout(PATIENCE, async { tokio::join!(clients, stop) }).await.expect("everybody is answered");
        // Nobody new is let in, and who has begun may finish.
        half.write_all(b"}").await.expect("sends");
        let mut answer = String::new();
        half.read_to_string(&mut answer).await.expect("reads");
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
        assert_eq!(program.ended().await.code(), Some(0));
        assert!(!program.log().contains("ERROR"), "{}", program.log());
        shell.ok(&["audit", "verify"]);
    }

    async fn rel_07_a_mail_that_is_on_its_way_when_the_server_stops_is_sent_and_only_once(shell) {
        let smtp = Smtp::start().await;
        smtp.be(Mood::Holds);
        let store = Store::open(&shell.location()).await.expect("opens");
        people::add(&shell, &store, 1).await;
        let mut program = shell.serve(&[("REKEY_SMTP_URL", &format!("smtp://{}", smtp.address))]).await;
        program.visitor().post("/api/password-resets", json!({"email": people::address(0)})).await.expect(202);
        smtp.holding(1).await;
        program.terminate();
        let address = program.base.strip_prefix("http://").expect("an address");
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        // All requests have been answered by now; what is left to wait for is the mail server.
        let ended = tokio::time::timeout(std::time::Duration::from_secs(1), program.ended()).await;
        assert!(ended.is_err(), "it ended before the mail server had answered: {ended:?}");
        smtp.be(Mood::Kind);
        smtp.release();
        assert_eq!(program.ended().await.code(), Some(0));
        assert_eq!(smtp.mails().len(), 1);
        let waiting = outbox::waiting(&store).await.expect("a count");
        assert_eq!(waiting, 0, "it would be sent again after the next start");
    }
}

#[tokio::test]
async fn rel_07_who_has_connected_when_the_server_stops_is_answered() {
    for _ in 0..10 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut stream = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connects");
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sends");
        let router = Router::new().route("/", get(async || "done"));
        // It is told to stop before it has looked for anybody.
        rekey_server::http::serve::run(listener, router, std::future::ready(()), || ()).await;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("reads");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_07_an_open_stream_of_events_does_not_hold_the_server_up() {
    let shell = Shell::on(Kind::Sqlite).await;
    let told = shell.ok(&["demo", "--users", "1"]);
    let password = told.trim().strip_prefix("password: ").expect("a password");
    let mut program = shell.serve(&[]).await;
    let admin = program.visitor();
    admin.post("/api/session", json!({"email": "admin@example.com", "password": password})).await.expect(200);
    let stream = tokio::spawn(async move { admin.get("/api/events").await.status });
    // The stream is open when the server has counted it, or else it is answered as any request is.
    let looking = program.visitor();
    looking.get("/readyz").await.expect(200);
    program.terminate();
    assert_eq!(program.ended().await.code(), Some(0));
    let _ = stream.await;
}
