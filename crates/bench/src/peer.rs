//! Baseline server for static responses: hyper with bytes from memory. `rekey-bench peer LENGTH` responds to every request with that many bytes;
//! `peer word` and `peer apart` respond with a page of one word.

use std::convert::Infallible;
use std::process::Command;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use rekey_testing::{RekeyServer, TempDir, temp_dir};
use tokio::net::TcpListener;

use crate::Result;

/// The smallest page that a browser can paint.
const WORD: &str = "<!DOCTYPE html><title>Word</title><p>Word";

/// A running baseline server; killed when dropped.
pub(crate) struct Peer {
    pub(crate) server: RekeyServer,
    _log: TempDir,
}

/// Starts a server that responds with this number of bytes.
pub(crate) fn start(length: usize) -> Result<Peer> {
    spawn(&length.to_string())
}

/// Starts a server that responds with a page of one word.
pub(crate) fn word() -> Result<Peer> {
    spawn("word")
}

/// Like [`word`], with `Cross-Origin-Opener-Policy`: as for Rekey's pages, the browser starts another process.
pub(crate) fn word_apart() -> Result<Peer> {
    spawn("apart")
}

fn spawn(what: &str) -> Result<Peer> {
    let dir = temp_dir();
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["peer", what]);
    Ok(Peer { server: RekeyServer::start(command, dir.path().join("peer.log")), _log: dir })
}

/// Serves until killed.
pub(crate) fn serve(what: &str) -> Result<()> {
    let is_apart = what == "apart";
    let body = match what {
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
