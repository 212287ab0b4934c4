//! One connection to a server, kept open, and how long each answer takes: no more than is needed, so that what is measured
//! is the server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Result;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// After so long without a request the server may have hung up: a new connection is made.
const IDLE: Duration = Duration::from_secs(10);

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) cookie: Option<String>,
    pub(crate) body: Vec<u8>,
    /// From the first byte sent to the last one read.
    pub(crate) took: Duration,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// See the module.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    host: String,
    cookie: String,
    used: Instant,
}

impl Client {
    /// Connects to `HOST:PORT`.
    pub(crate) fn connect(host: &str) -> Result<Self> {
        Ok(Self { stream: open(host)?, host: host.to_owned(), cookie: String::new(), used: Instant::now() })
    }

    /// Logs in and stays so.
    pub(crate) fn log_in(host: &str, password: &str) -> Result<Self> {
        let mut client = Self::connect(host)?;
        let body = format!(r#"{{"email":"admin@example.com","password":"{password}"}}"#);
        let answer = client.send("POST", "/api/session", &body)?;
        client.cookie = answer.cookie.filter(|_| answer.status == 200).ok_or("The demo's admin could not log in.")?;
        Ok(client)
    }

    /// `GET`, which must be answered with 200.
    pub(crate) fn get(&mut self, path: &str) -> Result<Answer> {
        let answer = self.send("GET", path, "")?;
        if answer.status == 200 { Ok(answer) } else { Err(format!("GET {path} was answered {}.", answer.status).into()) }
    }

    /// Sends a request with a JSON body, or none.
    pub(crate) fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        if self.used.elapsed() > IDLE {
            self.stream = open(&self.host)?;
        }
        let Self { host, cookie, .. } = self;
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: br\r\nCookie: {cookie}\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let began = Instant::now();
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut answer = self.read()?;
        answer.took = began.elapsed();
        self.used = Instant::now();
        Ok(answer)
    }

    fn read(&mut self) -> Result<Answer> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("The answer is no HTTP.")?;
        let (mut length, mut cookie) = (0, None);
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse()?;
            } else if name.eq_ignore_ascii_case("set-cookie") {
                cookie = value.split(';').next().map(str::to_owned);
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, cookie, body, took: Duration::ZERO })
    }
}

fn open(host: &str) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(host)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(BufReader::new(stream))
}
