//! Graceful shutdown.

use crate::support::*;
use axum::Router;
use axum::routing::get;
use futures_util::future::join_all;
use rekey_server::jobs::outbox;
use rekey_server::store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Clients that send consecutive requests.
const CLIENTS: usize = 24;

/// Sends requests until the server announces that it closes the connection; each must get a response.
async fn keep_calling(client: Client, n: usize, answered: &Semaphore) {
    for call in 0.. {
        let answer = match n % 3 {
            // Hashing takes some time.
            0 => client.post("/api/session", json!({"email": format!("nobody{n}-{call}@example.com"), "password": "x"})).await,
            1 => client.post("/api/password-resets", json!({"email": bulk_address(n)})).await,
            _ => client.get("/readyz").await,
        };
        assert!([200, 202, 401].contains(&answer.status), "{}", answer.status);
        answered.add_permits(1);
        if answer.header("connection") == "close" {
            return;
        }
    }
}

/// Sends a request except its last byte.
async fn half_a_request(program: &RekeyServer) -> TcpStream {
    let address = program.host();
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

cli_on_both_databases! {
    async fn rel_07_a_shutdown_under_load_answers_all_requests_and_exits_with_0(cli) {
        let store = Store::open(&cli.location()).await.expect("opens");
        import_bulk_users(&cli, &store, CLIENTS).await;
        let mut program = cli.serve(&[]);
        let answered = Semaphore::new(0);
        let clients = join_all((0..CLIENTS).map(|n| keep_calling(program.client(), n, &answered)));
        let mut half = half_a_request(&program).await;
        let stop = async {
            let permits = u32::try_from(3 * CLIENTS).expect("a small number");
            let _ = answered.acquire_many(permits).await.expect("an open semaphore");
            program.terminate();
        };
        tokio::time::timeout(TIMEOUT, async { tokio::join!(clients, stop) }).await.expect("everybody is answered");
        // New connections are refused; a request in progress is completed.
        half.write_all(b"}").await.expect("sends");
        let mut answer = String::new();
        half.read_to_string(&mut answer).await.expect("reads");
        assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
        assert_eq!(program.wait_for_exit().await.code(), Some(0));
        assert!(!program.log().contains("ERROR"), "{}", program.log());
        cli.ok(&["audit", "verify"]);
    }

    async fn rel_07_a_mail_being_sent_at_shutdown_is_sent_once(cli) {
        let smtp = SmtpServer::start();
        smtp.set_behaviour(SmtpBehaviour::hold());
        let store = Store::open(&cli.location()).await.expect("opens");
        import_bulk_users(&cli, &store, 1).await;
        let mut program = cli.serve(&[("REKEY_SMTP_URL", &smtp.url())]);
        program.client().post("/api/password-resets", json!({"email": bulk_address(0)})).await.expect(202);
        smtp.wait_for_held(1).await;
        program.terminate();
        let address = program.host();
        wait_until("no new connection is accepted", async || TcpStream::connect(address).await.is_err()).await;
        // All requests have been answered by now, and the server waits only for the mail server. Real time is the subject: there is no event for the
        // server not ending.
        let ended = tokio::time::timeout(std::time::Duration::from_secs(1), program.wait_for_exit()).await;
        assert!(ended.is_err(), "it ended before the mail server had answered: {ended:?}");
        smtp.set_behaviour(SmtpBehaviour::accept());
        smtp.release();
        assert_eq!(program.wait_for_exit().await.code(), Some(0));
        assert_eq!(smtp.mails().len(), 1);
        let waiting = outbox::waiting(&store).await.expect("a count");
        assert_eq!(waiting, 0, "it would be sent again after the next start");
    }
}

#[tokio::test]
async fn rel_07_an_open_connection_is_answered_at_shutdown() {
    for _ in 0..10 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut stream = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connects");
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sends");
        let router = Router::new().route("/", get(async || "done"));
        // The shutdown begins before the first accept.
        rekey_server::http::serve::run(listener, router, std::future::ready(()), || ()).await;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("reads");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_07_an_open_event_stream_does_not_delay_the_shutdown() {
    let cli = Cli::on(Database::Sqlite).await;
    let told = cli.ok(&["demo", "--users", "1"]);
    let password = told.trim().strip_prefix("password: ").expect("a password");
    let mut program = cli.serve(&[]);
    let admin = program.client();
    admin.post("/api/session", json!({"email": "admin@example.com", "password": password})).await.expect(200);
    let stream = tokio::spawn(async move { admin.get("/api/events").await.status });
    // The stream is either open by now, or it is answered like any other request.
    let looking = program.client();
    looking.get("/readyz").await.expect(200);
    program.terminate();
    assert_eq!(program.wait_for_exit().await.code(), Some(0));
    let _ = stream.await;
}
