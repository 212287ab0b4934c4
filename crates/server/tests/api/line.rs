//! HTTP as bytes, on one connection: for what a client library would tidy up, and for time, which it would blur.

use crate::smtp::PATIENCE;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A connection that is kept open. It blocks: use it through [`tokio::task::block_in_place`] or a thread.
pub struct Line(BufReader<TcpStream>);

impl Line {
    /// To the server at `base`, `http://127.0.0.1:1234`.
    pub fn open(base: &str) -> Self {
        let stream = TcpStream::connect(base.trim_start_matches("http://")).expect("connects");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        Self(BufReader::new(stream))
    }

    /// Sends a request and reads its answer, head and body.
    pub fn exchange(&mut self, request: &[u8]) -> Vec<u8> {
        self.begin(request);
        let mut answer = Vec::new();
        let mut length = 0;
        loop {
            let start = answer.len();
            assert!(self.0.read_until(b'\n', &mut answer).expect("an answer in time") > 0, "the server hung up");
            let line = String::from_utf8_lossy(&answer[start..]).to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
        }
        let head = answer.len();
        answer.resize(head + length, 0);
        self.0.read_exact(&mut answer[head..]).expect("a body");
        answer
    }

    /// Sends a request and leaves the answer for [`Self::until`].
    pub fn begin(&mut self, request: &[u8]) {
        self.0.get_mut().write_all(request).expect("sends");
    }

    /// Reads on until this text has come twice: the end of a stream's head, and of what follows.
    pub fn until(&mut self, end: &str) -> String {
        let mut answer = String::new();
        while answer.matches(end).count() < 2 {
            assert!(self.0.read_line(&mut answer).expect("a line in time") > 0, "the server hung up");
            answer = answer.replace('\r', "");
        }
        answer
    }

    /// [`Self::exchange`], as text, with the time of day left out.
    pub fn answer(&mut self, request: &[u8]) -> String {
        let answer = String::from_utf8(self.exchange(request)).expect("text");
        answer.split_inclusive('\n').filter(|line| !line.to_ascii_lowercase().starts_with("date:")).collect()
    }
}

/// A request with a JSON body and no header that is not needed.
pub fn post(path: &str, body: &serde_json::Value) -> Vec<u8> {
    let body = body.to_string();
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// What one request after the other on a new connection is answered; see [`Line::answer`].
pub fn answers(base: &str, requests: &[Vec<u8>]) -> Vec<String> {
    tokio::task::block_in_place(|| {
        let mut line = Line::open(base);
        requests.iter().map(|request| line.answer(request)).collect()
    })
}
