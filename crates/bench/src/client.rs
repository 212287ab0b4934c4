//! Measuring HTTP client: one persistent connection, timing each response, with little overhead of its own.

use std::time::{Duration, Instant};

use rekey_testing::raw_http::{Connection, parse};
use serde_json::Value;

use crate::Result;

/// Idle time after which the server may have closed the connection, and a new one is opened.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// A fully received response.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) cookie: Option<String>,
    pub(crate) body: Vec<u8>,
    /// From the first byte sent to the last byte received.
    pub(crate) took: Duration,
}

impl Response {
    pub(crate) fn json(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// The client.
pub(crate) struct Client {
    connection: Connection,
    host: String,
    cookie: String,
    used: Instant,
}

impl Client {
    /// Connects to `HOST:PORT`.
    pub(crate) fn connect(host: &str) -> Result<Self> {
        Ok(Self { connection: Connection::open(host), host: host.to_owned(), cookie: String::new(), used: Instant::now() })
    }

    /// Logs in as the admin of the demo data.
    pub(crate) fn log_in(host: &str, password: &str) -> Result<Self> {
        let mut client = Self::connect(host)?;
        let body = format!(r#"{{"email":"admin@example.com","password":"{password}"}}"#);
        let response = client.send("POST", "/api/session", &body)?;
        client.cookie = response.cookie.filter(|_| response.status == 200).ok_or("The demo's admin could not log in.")?;
        Ok(client)
    }

    /// Sends `GET`; the status must be 200.
    pub(crate) fn get(&mut self, path: &str) -> Result<Response> {
        let response = self.send("GET", path, "")?;
        if response.status == 200 { Ok(response) } else { Err(format!("GET {path} was answered {}.", response.status).into()) }
    }

    /// Sends a request with an optional JSON body.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Response> {
        if self.used.elapsed() > IDLE_TIMEOUT {
            self.connection = Connection::open(&self.host);
        }
        let Self { host, cookie, .. } = self;
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: br\r\nCookie: {cookie}\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let began = Instant::now();
        let bytes = self.connection.exchange(request.as_bytes());
        let took = began.elapsed();
        self.used = Instant::now();
        let response = parse(&bytes).ok_or("The response is no HTTP.")?;
        let cookie = response.header("set-cookie").split(';').next().filter(|pair| !pair.is_empty()).map(str::to_owned);
        Ok(Response { status: response.status, cookie, body: response.bytes, took })
    }
}
