//! A mail server that takes every letter and keeps it: enough of RFC 5321 for a real client to talk to.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use crate::mail::Mail;
use crate::{PATIENCE, give_up};

/// A listening mail server.
#[derive(Debug)]
pub struct SmtpServer {
    port: u16,
    letters: Arc<Letters>,
}

#[derive(Debug, Default)]
struct Letters {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct State {
    taken: Vec<Mail>,
    refused: HashSet<String>,
}

impl Letters {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SmtpServer {
    /// Listens on a free loopback port.
    #[must_use]
    pub fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let port = socket.local_addr().expect("a bound socket has an address").port();
        let letters = Arc::<Letters>::default();
        let shared = Arc::clone(&letters);
        // The threads end with the test process; each serves one connection at a time, as the client asks.
        thread::spawn(move || {
            for client in socket.incoming().flatten() {
                let letters = Arc::clone(&shared);
                // A client that hangs up in the middle has sent nothing.
                thread::spawn(move || Conversation::new(client, letters).and_then(Conversation::hold));
            }
        });
        Self { port, letters }
    }

    /// For `REKEY_SMTP_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// From now on letters to `address` are refused for good, as to somebody who has left.
    pub fn refuse(&self, address: &str) {
        self.letters.lock().refused.insert(address.to_lowercase());
    }

    /// How many letters to `address` with `subject` have come.
    #[must_use]
    pub fn count(&self, address: &str, subject: &str) -> usize {
        self.letters.lock().taken.iter().filter(|mail| mail.to == address && mail.subject == subject).count()
    }

    /// Waits for the `nth` letter to `address` with `subject`, counted from 1.
    #[must_use]
    #[track_caller]
    pub fn letter(&self, nth: usize, address: &str, subject: &str) -> Mail {
        let deadline = Instant::now() + PATIENCE;
        let mut state = self.letters.lock();
        loop {
            if let Some(mail) = state.taken.iter().filter(|mail| mail.to == address && mail.subject == subject).nth(nth - 1) {
                return mail.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let there: Vec<String> = state.taken.iter().map(|mail| format!("{} to {}", mail.subject, mail.to)).collect();
                give_up(format!("no letter {nth} “{subject}” to {address}; what came: {there:?}"));
            }
            state = self.letters.arrived.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// One connection.
struct Conversation {
    from: BufReader<TcpStream>,
    to: TcpStream,
    letters: Arc<Letters>,
    recipients: Vec<String>,
}

impl Conversation {
    fn new(client: TcpStream, letters: Arc<Letters>) -> std::io::Result<Self> {
        Ok(Self { from: BufReader::new(client.try_clone()?), to: client, letters, recipients: Vec::new() })
    }

    fn hold(mut self) -> std::io::Result<()> {
        self.say("220 127.0.0.1 ESMTP")?;
        loop {
            let Some(line) = self.line()? else { return Ok(()) };
            let command = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.say("250-127.0.0.1\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10485760")?,
                "HELO" | "NOOP" => self.say("250 OK")?,
                "MAIL" | "RSET" => {
                    self.recipients.clear();
                    self.say("250 OK")?;
                }
                "RCPT" => self.recipient(&command)?,
                "DATA" if self.recipients.is_empty() => self.say("503 5.5.1 RCPT first")?,
                "DATA" => self.take()?,
                "QUIT" => return self.say("221 Bye"),
                _ => self.say("502 5.5.2 Not known here")?,
            }
        }
    }

    fn recipient(&mut self, command: &str) -> std::io::Result<()> {
        let address = command.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address.to_owned());
        let Some(address) = address else { return self.say("501 5.1.3 Bad recipient address") };
        if self.letters.lock().refused.contains(&address.to_lowercase()) {
            return self.say("550 5.1.1 No such user here");
        }
        self.recipients.push(address);
        self.say("250 OK")
    }

    fn take(&mut self) -> std::io::Result<()> {
        self.say("354 End with a dot")?;
        let mut message = Vec::new();
        while let Some(line) = self.line()? {
            if line == b".\r\n" {
                {
                    let mut state = self.letters.lock();
                    state.taken.extend(self.recipients.drain(..).map(|to| Mail::read(&to, &message)));
                }
                self.letters.arrived.notify_all();
                return self.say("250 OK taken");
            }
            // RFC 5321, 4.5.2: a line that starts with a dot was given another.
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        Ok(())
    }

    fn line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        Ok((self.from.read_until(b'\n', &mut line)? > 0).then_some(line))
    }

    fn say(&mut self, reply: &str) -> std::io::Result<()> {
        self.to.write_all(format!("{reply}\r\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpStream;

    use super::SmtpServer;

    /// Sends each line and returns the first line of each reply.
    fn converse(server: &SmtpServer, lines: &[&str]) -> Vec<String> {
        let mut to = TcpStream::connect(("127.0.0.1", server.port)).expect("the server listens");
        let mut from = BufReader::new(to.try_clone().expect("a socket can be shared")).lines().map(|line| line.expect("a reply"));
        let mut replies = vec![from.next().expect("a greeting")];
        for line in lines {
            to.write_all(format!("{line}\r\n").as_bytes()).expect("the server reads");
            replies.push(from.next().expect("a reply"));
        }
        replies
    }

    #[test]
    fn a_letter_is_taken_whole_and_a_doubled_dot_is_undone() {
        let server = SmtpServer::start();
        let body = "From: a@example.com\r\nTo: b@example.com\r\nSubject: Hello\r\n\r\n..hidden\r\n.";
        let replies = converse(&server, &["HELO me", "MAIL FROM:<a@example.com>", "RCPT TO:<b@example.com>", "DATA", body]);
        assert_eq!(replies.last().map(String::as_str), Some("250 OK taken"));
        assert_eq!(server.letter(1, "b@example.com", "Hello").text.trim_end(), ".hidden");
    }

    #[test]
    fn a_refused_address_gets_550_and_no_letter() {
        let server = SmtpServer::start();
        server.refuse("gone@example.com");
        let replies = converse(&server, &["HELO me", "MAIL FROM:<a@example.com>", "RCPT TO:<gone@example.com>", "DATA"]);
        assert!(replies[3].starts_with("550 "), "{replies:?}");
        assert!(replies[4].starts_with("503 "), "{replies:?}");
        assert!(server.letters.lock().taken.is_empty());
    }
}
