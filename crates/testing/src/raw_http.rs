//! Raw HTTP/1.1 on one connection: for requests that no client library would send, and for comparing bytes or times of responses.
//!
//! Blocking. In an async test use [`exchange`], [`tokio::task::block_in_place`] or a thread.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::{Response, TIMEOUT};

/// A persistent connection.
#[derive(Debug)]
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects to `base`, `http://ADDRESS`.
    #[must_use]
    pub fn open(base: &str) -> Self {
        let stream = TcpStream::connect(base.trim_start_matches("http://")).expect("the server takes connections");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a socket");
        Self(BufReader::new(stream))
    }

    /// Sends bytes. Returns false if the server has closed the connection.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.get_mut().write_all(bytes).is_ok()
    }

    /// Sends a request and reads head and body of its response, which must have a `Content-Length`.
    ///
    /// # Panics
    /// If no complete response arrives.
    pub fn exchange(&mut self, request: &[u8]) -> Vec<u8> {
        assert!(self.send(request), "the server closed the connection");
        let mut response = Vec::new();
        let mut length = 0;
        loop {
            let start = response.len();
            assert!(self.0.read_until(b'\n', &mut response).expect("a response in time") > 0, "the server closed the connection");
            let line = String::from_utf8_lossy(&response[start..]).to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
        }
        let head = response.len();
        response.resize(head + length, 0);
        self.0.read_exact(&mut response[head..]).expect("a body");
        response
    }

    /// Like [`Self::exchange`], as text, with the `Date` header removed and the request id replaced.
    pub fn exchange_text(&mut self, request: &[u8]) -> String {
        let response = String::from_utf8(self.exchange(request)).expect("text");
        let mut text: String = response.split_inclusive('\n').filter(|line| !line.to_ascii_lowercase().starts_with("date:")).collect();
        if let Some(id) = parse(response.as_bytes()).map(|response| response.header("x-request-id")).filter(|id| !id.is_empty()) {
            text = text.replace(&id, "REQUEST-ID");
        }
        text
    }

    /// Reads until `end` has occurred twice, with LF as line end: the end of a stream's head, and of its first event.
    pub fn read_until_second(&mut self, end: &str) -> String {
        let mut text = String::new();
        while text.matches(end).count() < 2 {
            assert!(self.0.read_line(&mut text).expect("a line in time") > 0, "the server closed the connection");
            text = text.replace('\r', "");
        }
        text
    }

    /// Reads a response, after which the server must close the connection.
    ///
    /// # Panics
    /// If it does not, or if nothing arrives.
    #[must_use]
    pub fn read_to_close(mut self) -> Response {
        let mut bytes = Vec::new();
        if let Err(error) = self.0.read_to_end(&mut bytes) {
            // A reset after the response does not lose any of it.
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "the server closes the connection in time");
        }
        parse(&bytes).unwrap_or_else(|| panic!("no response: {}", String::from_utf8_lossy(&bytes)))
    }
}

/// Returns a `POST` request with a JSON body and only the necessary headers.
#[must_use]
pub fn post(path: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// Sends one request on a new connection; `head` excludes the final empty line.
pub async fn exchange(base: &str, head: &[u8], body: &[u8]) -> Response {
    let (base, head, body) = (base.to_owned(), head.to_vec(), body.to_vec());
    tokio::task::spawn_blocking(move || blocking_exchange(&base, &head, &body)).await.expect("a response")
}

/// Like [`exchange`], for tests without a runtime.
pub fn blocking_exchange(base: &str, head: &[u8], body: &[u8]) -> Response {
    let mut connection = Connection::open(base);
    connection.send(&[head, b"\r\nconnection: close\r\n\r\n", body].concat());
    connection.read_to_close()
}

/// Sends requests in sequence on a new connection and returns the responses; see [`Connection::exchange_text`].
pub fn exchange_all(base: &str, requests: &[Vec<u8>]) -> Vec<String> {
    tokio::task::block_in_place(|| {
        let mut connection = Connection::open(base);
        requests.iter().map(|request| connection.exchange_text(request)).collect()
    })
}

/// Parses a complete response.
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Response> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, body) = (std::str::from_utf8(bytes.get(..end)?).ok()?, bytes.get(end + 4..)?);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.append(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?);
    }
    Some(Response { status, headers, bytes: body.to_vec() })
}
