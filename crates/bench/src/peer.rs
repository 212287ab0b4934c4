//! The peer of static answers: bytes from memory by hyper, and nothing else. `rekey-bench peer` takes a length on standard input,
//! a line, and answers every request with so many bytes.

use std::convert::Infallible;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::Result;
use crate::program::Server;

/// Starts a peer that answers with so many bytes.
pub(crate) fn start(length: usize) -> Result<Server> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut child = command.arg("peer").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        writeln!(input, "{length}")?;
    }
    Server::wait(child)
}

/// Serves until it is killed.
pub(crate) fn serve() -> Result<()> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let body = Bytes::from(vec![b'x'; line.trim().parse()?]);
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on http://{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            let _ = stream.set_nodelay(true);
            let body = body.clone();
            let answer = service_fn(move |_: Request<Incoming>| {
                let response = Response::new(Full::new(body.clone()));
                async { Ok::<_, Infallible>(response) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    })
}
