//! HTTP server: connections, their limits, and graceful shutdown.

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// Timeout for receiving a request's head, and for idle connections.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// Maximum size of a request's head, bytes.
const HEAD_SIZE: usize = 32 * 1024;
/// How long open connections may still send a request after shutdown begins.
const LAST_CALL: Duration = Duration::from_millis(300);
/// How long active requests may take to finish after shutdown begins.
const GRACE: Duration = Duration::from_secs(30);
/// Delay after a failed accept: file descriptors are exhausted, and some may be closed meanwhile.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Prints the listen address, which is unknown until now for port 0.
///
/// # Errors
/// The socket has no address, or stdout is closed.
pub fn announce(listener: &TcpListener) -> io::Result<()> {
    writeln!(io::stdout(), "listening on http://{}", listener.local_addr()?)
}

/// Waits for SIGTERM or SIGINT.
///
/// # Errors
/// The signals cannot be watched.
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    })
}

/// Serves until `stop` resolves. Then calls `on_stop`, which must end all streaming responses, accepts no more connections, and returns when the
/// active requests are finished or after 30 seconds.
pub async fn run(listener: TcpListener, router: Router, stop: impl Future<Output = ()>, on_stop: impl FnOnce()) {
    let connections = Connections { router, graceful: GracefulShutdown::new(), is_stopping: Arc::default() };
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => connections.serve(stream, peer),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    connections.is_stopping.store(true, Ordering::Relaxed);
    on_stop();
    // Connections already accepted by the kernel are served too.
    while let Some(Ok((stream, peer))) = listener.accept().now_or_never() {
        connections.serve(stream, peer);
    }
    drop(listener);
    connections.finish().await;
}

struct Connections {
    router: Router,
    graceful: GracefulShutdown,
    is_stopping: Arc<AtomicBool>,
}

impl Connections {
    fn serve(&self, stream: TcpStream, peer: SocketAddr) {
        let _ = stream.set_nodelay(true);
        let (router, is_stopping) = (self.router.clone(), Arc::clone(&self.is_stopping));
        let service = service_fn(move |request| answer(router.clone(), peer, Arc::clone(&is_stopping), request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_SIZE)
            .serve_connection(TokioIo::new(stream), service);
        // Connection errors are caused by the client and not logged.
        tokio::spawn(self.graceful.watch(connection).map(drop));
    }

    async fn finish(self) {
        if self.graceful.count() > 0 {
            sleep(LAST_CALL).await;
        }
        if timeout(GRACE, self.graceful.shutdown()).await.is_err() {
            tracing::warn!("stopping although some requests are not finished");
        }
    }
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    is_stopping: Arc<AtomicBool>,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.oneshot(request.map(Body::new)).await?;
    if is_stopping.load(Ordering::Relaxed) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::run;
    use axum::Router;
    use axum::extract::ConnectInfo;
    use axum::routing::get;
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::{Notify, oneshot};

    async fn request(address: SocketAddr, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("connects");
        stream.write_all(head.as_bytes()).await.expect("sends");
        stream
    }

    async fn rest(mut stream: TcpStream) -> String {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("reads until the server closes");
        answer
    }

    #[tokio::test]
    async fn a_request_under_way_is_answered_before_the_server_stops() {
        let (arrived, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let handler = {
            let (arrived, release) = (Arc::clone(&arrived), Arc::clone(&release));
            async move || {
                arrived.notify_one();
                release.notified().await;
                "done"
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let was_told = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&was_told);
        let router = Router::new().route("/", get(handler));
        let server = tokio::spawn(run(
            listener,
            router,
            async {
                let _ = stopped.await;
            },
            move || {
                told.store(true, Ordering::Relaxed);
                release.notify_one();
            },
        ));
        let stream = request(address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        arrived.notified().await;
        stop.send(()).expect("the server still waits");
        let answer = rest(stream).await.to_ascii_lowercase();
        assert!(answer.starts_with("http/1.1 200 ok") && answer.ends_with("done"), "{answer}");
        assert!(answer.contains("connection: close"), "a client that keeps the connection would find it closed: {answer}");
        server.await.expect("the server returns");
        assert!(was_told.load(Ordering::Relaxed));
        TcpStream::connect(address).await.expect_err("nobody is let in any more");
    }

    #[tokio::test]
    async fn handlers_learn_the_peer_and_trace_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string()));
        let server = tokio::spawn(run(listener, router, std::future::pending(), || ()));
        let answer = rest(request(address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await).await;
        assert!(answer.ends_with("127.0.0.1"), "{answer}");
        let answer = rest(request(address, "TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await).await;
        assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
        server.abort();
    }
}
