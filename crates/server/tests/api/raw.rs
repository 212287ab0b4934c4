//! HTTP as bytes on a connection, for what no client library would send.

use crate::http::Answer;
use crate::smtp::PATIENCE;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection to the server under test.
pub struct Raw(pub TcpStream);

impl Raw {
    /// To `http://ADDRESS`.
    pub async fn connect(base: &str) -> Self {
        Self(TcpStream::connect(base.trim_start_matches("http://")).await.expect("the server takes connections"))
    }

    /// Sends bytes; a server that has closed the connection hears nothing more, which is no failure of the client's.
    pub async fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).await.is_ok()
    }

    /// Reads one whole answer; the server must close the connection after it.
    pub async fn answer(mut self) -> Answer {
        let mut bytes = Vec::new();
        // A reset after the answer loses nothing of it.
        let _ = tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut bytes)).await.expect("the server closes in time");
        parse(&bytes).unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(&bytes)))
    }
}

/// Sends one request and reads the answer; `head` is without the empty line at its end.
pub async fn exchange(base: &str, head: &[u8], body: &[u8]) -> Answer {
    let mut raw = Raw::connect(base).await;
    raw.send(&[head, b"\r\nconnection: close\r\n\r\n", body].concat()).await;
    raw.answer().await
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let (head, body) = (std::str::from_utf8(bytes.get(..end)?).ok()?, bytes.get(end + 4..)?);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.append(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?);
    }
    Some(Answer { status, headers, bytes: body.to_vec() })
}
