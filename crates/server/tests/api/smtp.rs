//! A mail server that speaks SMTP on a real port and keeps what it is given, raw.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// How the server behaves.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Mood {
    /// Takes everything.
    #[default]
    Kind,
    /// Refuses every recipient for good.
    Refuses,
    /// Is always busy: "try again later".
    Busy,
    /// Accepts connections and says nothing.
    Silent,
    /// Accepts connections and says nothing until [`Smtp::release`]; then goes on in the mood of that time.
    Holds,
    /// Takes the mail and hangs up before saying so.
    Forgetful,
    /// Reads each mail and then refuses it for good, quoting its link, with escapes for a terminal.
    Quotes,
}

/// Recipients that are special while the server is kind, by how their addresses begin.
const REFUSED: &str = "refused";
const POLICY: &str = "policy";
const LATER: &str = "later";
const STUCK: &str = "stuck";

/// One mail as it came over the wire.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// Between DATA and the dot, byte for byte.
    pub raw: Vec<u8>,
}

#[derive(Default)]
struct State {
    mails: Mutex<Vec<Mail>>,
    refused: Mutex<Vec<Mail>>,
    transcript: Mutex<Vec<u8>>,
    mood: Mutex<Mood>,
    arrived: Notify,
    tried: Notify,
    held: AtomicUsize,
    released: Notify,
}

/// The server.
#[derive(Clone)]
pub struct Smtp {
    pub address: SocketAddr,
    state: Arc<State>,
}

/// How long a test waits for what must happen.
pub const PATIENCE: Duration = Duration::from_secs(30);

impl Smtp {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State::default());
        let smtp = Self { address, state: Arc::clone(&state) };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&state)));
            }
        });
        smtp
    }

    pub fn be(&self, mood: Mood) {
        *self.state.mood.lock().expect("not poisoned") = mood;
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.state.mails.lock().expect("not poisoned").clone()
    }

    /// Those that [`Mood::Quotes`] refused.
    pub fn refused(&self) -> Vec<Mail> {
        self.state.refused.lock().expect("not poisoned").clone()
    }

    /// Every byte that clients sent.
    pub fn transcript(&self) -> Vec<u8> {
        self.state.transcript.lock().expect("not poisoned").clone()
    }

    /// Waits until a mail that is asked for is there.
    pub async fn wait_for(&self, wanted: impl Fn(&Mail) -> bool) -> Mail {
        let found = async {
            loop {
                let arrived = self.state.arrived.notified();
                if let Some(mail) = self.mails().into_iter().find(|mail| wanted(mail)) {
                    return mail;
                }
                arrived.await;
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("the mail arrives in time")
    }

    /// Waits until this many clients are held.
    pub async fn holding(&self, clients: usize) {
        let held = async {
            loop {
                let tried = self.state.tried.notified();
                if self.state.held.load(Ordering::SeqCst) >= clients {
                    return;
                }
                tried.await;
            }
        };
        tokio::time::timeout(PATIENCE, held).await.expect("somebody connects in time");
    }

    /// Lets the clients go on that are held.
    pub fn release(&self) {
        self.state.released.notify_waiters();
    }

    /// Waits until a client was turned away.
    pub async fn turned_away(&self) {
        tokio::time::timeout(PATIENCE, self.state.tried.notified()).await.expect("somebody tries in time");
    }
}

async fn converse(stream: TcpStream, state: Arc<State>) -> Option<()> {
    let mood = || *state.mood.lock().expect("not poisoned");
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    if mood() == Mood::Silent {
        std::future::pending::<()>().await;
    }
    if mood() == Mood::Holds {
        let released = state.released.notified();
        state.held.fetch_add(1, Ordering::SeqCst);
        state.tried.notify_one();
        released.await;
    }
    if mood() == Mood::Busy {
        write.write_all(b"421 busy, try again later\r\n").await.ok()?;
        state.tried.notify_one();
        return None;
    }
    write.write_all(b"220 sink.test ESMTP\r\n").await.ok()?;
    let mut to = Vec::new();
    loop {
        let line = read_line(&mut lines, &state).await?;
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        let verb = text.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match (verb.as_str(), mood()) {
            ("EHLO", _) => b"250-sink.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n",
            ("RCPT", Mood::Refuses) => b"550 5.1.1 no such mailbox\r\n",
            ("RCPT", Mood::Busy) => b"451 4.3.0 try again later\r\n",
            ("RCPT", _) if text.contains(&format!("<{REFUSED}")) => b"550 5.1.1 no such mailbox\r\n",
            ("RCPT", _) if text.contains(&format!("<{POLICY}")) => b"554 5.7.1 not by our policy\r\n",
            ("RCPT", _) if text.contains(&format!("<{LATER}")) => b"451 4.2.0 greylisted\r\n",
            ("RCPT", _) if text.contains(&format!("<{STUCK}")) => std::future::pending().await,
            ("RCPT", _) => {
                to.push(text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(a, _)| a.to_owned()).unwrap_or_default());
                b"250 ok\r\n"
            }
            ("DATA", _) if to.is_empty() => b"503 no recipient\r\n",
            ("DATA", _) => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let raw = read_data(&mut lines, &state).await?;
                let forgets = mood() == Mood::Forgetful;
                if mood() == Mood::Quotes {
                    let refused = Mail { to: std::mem::take(&mut to), raw };
                    let link = refused.text().split_whitespace().find(|word| word.contains("://")).unwrap_or_default().to_owned();
                    write
                        .write_all(
                            format!("554 5.7.1 \x1b[31mspam\x1b[0m\x07 \u{202e}maps seen in {link} for {:?}\r\n", refused.to).as_bytes(),
                        )
                        .await
                        .ok()?;
                    state.refused.lock().expect("not poisoned").push(refused);
                    continue;
                }
                state.mails.lock().expect("not poisoned").push(Mail { to: std::mem::take(&mut to), raw });
                state.arrived.notify_waiters();
                if forgets {
                    return None;
                }
                b"250 taken\r\n"
            }
            ("QUIT", _) => {
                write.write_all(b"221 bye\r\n").await.ok()?;
                return None;
            }
            ("RSET", _) => {
                to.clear();
                b"250 ok\r\n"
            }
            ("MAIL" | "NOOP", _) => b"250 ok\r\n",
            _ => b"500 what?\r\n",
        };
        write.write_all(answer).await.ok()?;
    }
}

async fn read_line(lines: &mut (impl AsyncBufReadExt + Unpin), state: &State) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    if lines.read_until(b'\n', &mut line).await.ok()? == 0 {
        return None;
    }
    state.transcript.lock().expect("not poisoned").extend(&line);
    Some(line)
}

async fn read_data(lines: &mut (impl AsyncBufReadExt + Unpin), state: &State) -> Option<Vec<u8>> {
    let mut raw = Vec::new();
    loop {
        let line = read_line(lines, state).await?;
        if line == b".\r\n" {
            return Some(raw);
        }
        let line = if line.starts_with(b"..") { &line[1..] } else { &line };
        raw.extend(line);
    }
}

impl Mail {
    fn parsed(&self) -> mail_parser::Message<'_> {
        mail_parser::MessageParser::default().parse(&self.raw).expect("a mail that can be read")
    }

    pub fn subject(&self) -> String {
        self.parsed().subject().expect("a subject").to_owned()
    }

    pub fn text(&self) -> String {
        self.parsed().body_text(0).expect("a text part").into_owned()
    }

    pub fn html(&self) -> String {
        self.parsed().body_html(0).expect("an HTML part").into_owned()
    }

    /// The first link to `page` in the text.
    pub fn link(&self, page: &str) -> String {
        let text = self.text();
        let found = text.split_whitespace().find(|word| word.contains(&format!("/{page}#token=")));
        found.unwrap_or_else(|| panic!("no link to {page} in: {text}")).to_owned()
    }

    /// The secret of the first link.
    pub fn token(&self) -> String {
        self.link("reset-password").split_once("#token=").expect("a token").1.to_owned()
    }
}
