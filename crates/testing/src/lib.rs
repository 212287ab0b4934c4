//! Test helpers shared by the server's tests, the browser tests and the benchmark.
//!
//! | need | module |
//! |---|---|
//! | a mail server with configurable behaviour | [`SmtpServer`], [`SmtpBehaviour`] |
//! | an HTTP client with a cookie | [`Client`] (async) |
//! | a request as raw bytes, a response timed or compared byte by byte | [`raw_http`] (blocking) |
//! | the program `rekey` as a child process | [`Cli`], [`RekeyServer`] |
//! | a temporary directory | [`temp_dir`] |
//! | reproducible random numbers | [`seeded_rng`] |
//! | waiting for an event in another process | [`wait_until`], [`poll`] |
//!
//! This crate does not depend on `rekey-server`, so that unit tests of the server can use it without building the server twice. Helpers panic with
//! the expected and the actual value.
#![expect(clippy::panic, reason = "test helpers fail a test by panicking")]

mod cli;
mod http;
pub mod raw_http;
mod rng;
mod server;
mod smtp;
mod wait;

pub use cli::{Cli, SECRET_KEY};
pub use http::{Client, Response};
pub use rng::seeded_rng;
pub use server::RekeyServer;
pub use smtp::{Mail, SmtpAction, SmtpBehaviour, SmtpServer, SmtpStep};
pub use tempfile::TempDir;
pub use wait::{TIMEOUT, block_on, poll, wait_until};

/// Creates an empty temporary directory, deleted when dropped.
#[must_use]
pub fn temp_dir() -> TempDir {
    tempfile::Builder::new().prefix("rekey-test-").tempdir().expect("a directory among the temporary files")
}

/// Returns a loopback address on which nothing listens.
#[must_use]
pub fn unused_address() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound socket has an address")
}
