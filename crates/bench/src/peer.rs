//! The peer of static answers: bytes from memory by hyper, and nothing else. `rekey-bench peer` takes a line on standard input: a
//! length, and answers every request with so many bytes; or `word` or `apart`, and answers with a page of one word.

use std::convert::Infallible;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::Result;
use crate::program::Server;

/// The least that a browser can paint.
const WORD: &str = "<!DOCTYPE html><title>Word</title><p>Word";

/// Starts a peer that answers with so many bytes.
pub(crate) fn start(length: usize) -> Result<Server> {
    told(&length.to_string())
}

/// Starts a peer that answers with a page of one word.
pub(crate) fn word() -> Result<Server> {
    told("word")
}

/// The same, for which a browser has to take another process than that of the page before, as for ours.
pub(crate) fn word_apart() -> Result<Server> {
    told("apart")
}

fn told(what: &str) -> Result<Server> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut child = command.arg("peer").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        writeln!(input, "{what}")?;
    }
    Server::wait(child)
}

/// Serves until it is killed.
pub(crate) fn serve() -> Result<()> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let is_apart = line.trim() == "apart";
    let body = match line.trim() {
        "word" | "apart" => Bytes::from_static(WORD.as_bytes()),
        length => Bytes::from(vec![b'x'; length.parse()?]),
    };
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on http://{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            let _ = stream.set_nodelay(true);
            let body = body.clone();
            let answer = service_fn(move |_: Request<Incoming>| {
                let mut response = Response::new(Full::new(body.clone()));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
                if is_apart {
                    response.headers_mut().insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
                }
                async { Ok::<_, Infallible>(response) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    })
}
