//! Against a mail server that does as each test says and keeps every byte it hears.

use super::super::transport::{FailureKind, SendError};
use super::{CONFIRM_TIMEOUT, Smtp};
use crate::address::Address;
use crate::config::{Config, SmtpUrl};
use crate::mail::compose::{Brand, Mail, compose};
use crate::mail::templates::{MailTemplate, Recipient};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

const LINK: &str = "https://reset.example.com/reset-password#token=Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8";

/// How the server behaves.
#[derive(Clone, Copy)]
struct Manners {
    /// Extensions it names after EHLO.
    offers: &'static [&'static str],
    /// What it answers to commands that begin with the first text; anything else is taken.
    answers: &'static [(&'static str, &'static str)],
    /// Its answer after the mail's final dot.
    verdict: &'static str,
    /// It closes the connection after so many mails.
    closes_after: usize,
    /// It speaks TLS from the first byte.
    tls: bool,
}

const POLITE: Manners = Manners { offers: &[], answers: &[], verdict: "250 taken", closes_after: usize::MAX, tls: false };

/// What the server heard: one entry a connection.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Vec<u8>>>>);

impl Heard {
    fn connections(&self) -> Vec<String> {
        self.0.lock().expect("no panic").iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    fn all(&self) -> String {
        self.connections().concat()
    }
}

/// Records whatever is read.
struct Tap<S> {
    stream: S,
    heard: Heard,
    index: usize,
}

impl<S: Read> Read for Tap<S> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.heard.0.lock().expect("no panic")[self.index].extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}

impl<S: Write> Write for Tap<S> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

trait Wire: Read + Write {}
impl<S: Read + Write> Wire for S {}

fn tls<S: Read + Write>(stream: S) -> rustls::StreamOwned<rustls::ServerConnection, S> {
    let certificate =
        CertificateDer::from_pem_slice(include_bytes!("../../../../testing/src/smtp/testdata/self_signed.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../../../../testing/src/smtp/testdata/self_signed.key")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let config = config.with_no_client_auth().with_single_cert(vec![certificate], key).expect("a pair");
    rustls::StreamOwned::new(rustls::ServerConnection::new(Arc::new(config)).expect("a server"), stream)
}

/// Starts the server; its threads end with the connections, the listener with the tests.
fn server(manners: Manners) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = Heard::default();
    let log = heard.clone();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut connections = log.0.lock().expect("no panic");
            let (heard, index) = (log.clone(), connections.len());
            connections.push(Vec::new());
            drop(connections);
            thread::spawn(move || {
                let wire: Box<dyn Wire> = if manners.tls { Box::new(tls(stream)) } else { Box::new(stream) };
                // A client that hangs up ends the conversation; that is what some tests are about.
                drop(talk(Box::new(Tap { stream: wire, heard, index }), manners, true));
            });
        }
    });
    (port, heard)
}

fn talk(wire: Box<dyn Wire>, manners: Manners, greet: bool) -> std::io::Result<()> {
    let mut wire = BufReader::new(wire);
    if greet {
        wire.get_mut().write_all(b"220 test\r\n")?;
    }
    let mut taken = 0;
    let mut line = String::new();
    while wire.read_line(&mut line)? > 0 {
        let command = std::mem::take(&mut line);
        let scripted = manners.answers.iter().find(|(start, _)| command.starts_with(start)).map(|(_, answer)| *answer);
        let answer = match scripted {
            // Silence: the client's own clock has to end it.
            Some("") => continue,
            Some(answer) => answer.to_owned(),
            None if command.starts_with("EHLO") => {
                let lines: Vec<String> = manners.offers.iter().map(|offer| format!("250-{offer}\r\n")).collect();
                format!("250-test\r\n{}250 OK", lines.concat())
            }
            None if command.starts_with("STARTTLS") => {
                wire.get_mut().write_all(b"220 go ahead\r\n")?;
                return talk(Box::new(tls(wire.into_inner())), Manners { offers: &[], ..manners }, false);
            }
            None if command.starts_with("DATA") => "354 go ahead".to_owned(),
            None => "250 OK".to_owned(),
        };
        wire.get_mut().write_all([&answer, "\r\n"].concat().as_bytes())?;
        if command.starts_with("DATA") && answer.starts_with('3') {
            while line != ".\r\n" {
                line.clear();
                if wire.read_line(&mut line)? == 0 {
                    return Ok(());
                }
            }
            line.clear();
            taken += 1;
            // Silence: the client's own clock has to end it.
            if !manners.verdict.is_empty() {
                wire.get_mut().write_all([manners.verdict, "\r\n"].concat().as_bytes())?;
            }
            if taken == manners.closes_after {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn smtp(url: &str) -> Smtp {
    Smtp::new(&SmtpUrl::parse(url).expect(url), "no-reply@localhost".parse().expect("an address")).expect("certificates")
}

fn mail(to: &str, name: &str) -> Mail {
    let brand = Brand::from(&Config::from_flags(&[]).expect("defaults"));
    let template = MailTemplate::Welcome { link: LINK.to_owned(), ttl: Duration::from_secs(60) };
    compose(&brand, &Recipient { address: Address::parse(to).expect(to), name: name.to_owned() }, &template).expect("a mail")
}

/// Sends one mail.
async fn deliver(smtp: &Smtp, to: &str, name: &str) -> Result<(), SendError> {
    smtp.open(&Address::parse(to).expect(to)).await?.send(&mail(to, name)).await
}

/// Sends one mail to a server with these manners.
async fn send(manners: Manners) -> (Result<(), SendError>, Heard) {
    let (port, heard) = server(manners);
    (deliver(&smtp(&format!("smtp://127.0.0.1:{port}")), "jo@example.com", "Jo").await, heard)
}

#[tokio::test]
async fn eml_04_a_hostile_name_leaves_a_clean_transcript() {
    let (port, heard) = server(POLITE);
    let smtp = smtp(&format!("smtp://127.0.0.1:{port}"));
    for name in
        ["Jo\r\n.\r\nMAIL FROM:<eve@e.example>\r\nRCPT TO:<eve@e.example>\r\n", "\n.\n", "Jo\nBcc: eve@e.example", ".", "..\r\n..", "Jo"]
    {
        deliver(&smtp, "jo@example.com", name).await.expect(name);
    }
    let transcript = heard.all();
    assert!(!transcript.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF");
    let lines: Vec<&str> = transcript.split("\r\n").collect();
    let count = |what: &str| lines.iter().filter(|line| line.to_ascii_uppercase().starts_with(what)).count();
    assert_eq!((count("MAIL FROM:"), count("RCPT TO:"), count("DATA"), count("BCC:")), (6, 6, 6, 0));
    assert_eq!(lines.iter().filter(|line| **line == ".").count(), 6, "one end a mail");
    assert!(!transcript.contains("eve@"));
}

#[tokio::test]
async fn each_mail_has_a_connection_of_its_own_and_takes_leave() {
    let (port, heard) = server(POLITE);
    let smtp = smtp(&format!("smtp://127.0.0.1:{port}"));
    smtp.check().await.expect("ready");
    for _ in 0..3 {
        deliver(&smtp, "jo@example.com", "Jo").await.expect("taken");
    }
    smtp.open(&Address::parse("jo@example.com").expect("an address")).await.expect("accepted").close();
    let all_left = async {
        while heard.connections().len() < 5 || !heard.connections().iter().all(|heard| heard.ends_with("QUIT\r\n")) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all_left).await.expect("QUIT on each (RFC 5321 section 4.1.1.10)");
}

#[tokio::test]
async fn a_server_that_hangs_up_between_mails_loses_none() {
    let (port, heard) = server(Manners { closes_after: 1, ..POLITE });
    let smtp = smtp(&format!("smtp://127.0.0.1:{port}"));
    for _ in 0..3 {
        deliver(&smtp, "jo@example.com", "Jo").await.expect("taken");
    }
    assert_eq!(heard.all().matches("\r\n.\r\n").count(), 3);
}

#[tokio::test]
async fn a_connection_that_is_lost_after_the_final_dot_leaves_the_mail_unconfirmed() {
    let (sent, heard) = send(Manners { verdict: "", closes_after: 1, ..POLITE }).await;
    assert_eq!(sent.expect_err("lost").kind, FailureKind::Unconfirmed);
    assert!(heard.all().contains("\r\n.\r\n"));
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_the_final_dot_is_waited_for_ten_minutes() {
    let begun = tokio::time::Instant::now();
    let (sent, _) = send(Manners { verdict: "", ..POLITE }).await;
    let error = sent.expect_err("silence");
    assert!(error.kind == FailureKind::Unconfirmed && error.reason.contains("in time"), "{error:?}");
    assert!(begun.elapsed() >= CONFIRM_TIMEOUT && CONFIRM_TIMEOUT >= Duration::from_secs(600));
}

#[tokio::test]
async fn a_refused_address_is_for_good_and_its_reason_tells_no_secret() {
    let refusal = "550 5.1.1 <jo@example.com> no such user, see https://e.example/reset-password#token=Zm9v now";
    let (port, _) = server(Manners { answers: Box::leak(Box::new([("RCPT", refusal)])), ..POLITE });
    let error = deliver(&smtp(&format!("smtp://127.0.0.1:{port}")), "jo@example.com", "Jo").await.expect_err("refused");
    assert_eq!(error.kind, FailureKind::Address);
    assert_eq!(error.reason, "The mail server refused the address (550): 5.1.1 no such user, see now");
}

#[tokio::test]
async fn only_what_concerns_this_mail_is_for_good_and_only_what_concerns_its_address_is_held_against_that() {
    let cases: [(Manners, FailureKind); 16] = [
        (Manners { answers: &[("RCPT", "550 no such mailbox")], ..POLITE }, FailureKind::Address),
        (Manners { answers: &[("RCPT", "553 no")], ..POLITE }, FailureKind::Address),
        (Manners { answers: &[("RCPT", "550 5.1.1 no such mailbox")], ..POLITE }, FailureKind::Address),
        (Manners { answers: &[("RCPT", "556 5.1.10 no mail there")], ..POLITE }, FailureKind::Address),
        (Manners { answers: &[("RCPT", "550 5.2.1 disabled")], ..POLITE }, FailureKind::Address),
        (Manners { verdict: "550 5.1.1 found out late", ..POLITE }, FailureKind::Address),
        (Manners { answers: &[("RCPT", "550 5.7.1 listed")], ..POLITE }, FailureKind::Mail),
        (Manners { answers: &[("RCPT", "550 5.1.8 not from there")], ..POLITE }, FailureKind::Mail),
        (Manners { answers: &[("RCPT", "552 5.2.2 full")], ..POLITE }, FailureKind::Mail),
        (Manners { answers: &[("RCPT", "554 no")], ..POLITE }, FailureKind::Mail),
        (Manners { verdict: "554 not this", ..POLITE }, FailureKind::Mail),
        (Manners { answers: &[("RCPT", "451 later")], ..POLITE }, FailureKind::Temporary),
        (Manners { verdict: "452 full", ..POLITE }, FailureKind::Temporary),
        (Manners { answers: &[("MAIL", "550 5.1.0 not you")], ..POLITE }, FailureKind::Temporary),
        (Manners { answers: &[("RCPT", "530 log in first")], ..POLITE }, FailureKind::Temporary),
        (Manners { answers: &[("EHLO", "554 go away")], ..POLITE }, FailureKind::Temporary),
    ];
    for (n, (manners, blame)) in cases.into_iter().enumerate() {
        let (sent, _) = send(manners).await;
        assert_eq!(sent.expect_err("refused").kind, blame, "case {n}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_not_waited_for() {
    for silent in ["EHLO", "RCPT"] {
        let (sent, _) = send(Manners { answers: Box::leak(Box::new([(silent, "")])), ..POLITE }).await;
        let error = sent.expect_err("silence");
        assert!(error.kind == FailureKind::Temporary && error.reason.contains("in time"), "{error:?}");
    }
}

#[tokio::test]
async fn nobody_listening_is_temporary() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let smtp = smtp(&format!("smtp://127.0.0.1:{port}"));
    assert_eq!(smtp.check().await.map_err(|error| error.kind), Err(FailureKind::Temporary));
}

#[tokio::test]
async fn eml_06_without_the_tls_asked_for_nothing_is_said() {
    let (port, heard) = server(Manners { offers: &["AUTH PLAIN"], ..POLITE });
    let smtp = smtp(&format!("smtp://jo:hunter2@localhost:{port}?tls=required"));
    let error = deliver(&smtp, "jo@example.com", "Jo").await.expect_err("no TLS");
    assert!(error.kind == FailureKind::Temporary && error.reason.contains("does not offer TLS"), "{error:?}");
    assert!(heard.all().lines().all(|line| line.starts_with("EHLO") || line.starts_with("QUIT")), "{}", heard.all());
}

#[tokio::test]
async fn eml_06_a_certificate_nobody_vouches_for_is_refused() {
    for (url, manners) in [
        ("smtps://jo:hunter2@localhost:PORT", Manners { tls: true, ..POLITE }),
        ("smtp://jo:hunter2@localhost:PORT?tls=required", Manners { offers: &["STARTTLS", "AUTH PLAIN"], ..POLITE }),
    ] {
        let (port, heard) = server(manners);
        let error = deliver(&smtp(&url.replace("PORT", &port.to_string())), "jo@example.com", "Jo").await.expect_err("untrusted");
        assert!(error.kind == FailureKind::Temporary && error.reason.contains("certificate"), "{error:?}");
        assert!(!heard.all().contains("AUTH") && !heard.all().contains("MAIL"), "{url}");
    }
}

#[tokio::test]
async fn a_server_without_tls_on_a_tls_port_is_told_apart() {
    let (port, _) = server(POLITE);
    let error = smtp(&format!("smtps://localhost:{port}")).check().await.expect_err("no TLS");
    assert!(error.kind == FailureKind::Temporary && error.reason.contains("REKEY_SMTP_URL"), "{error:?}");
}

#[tokio::test]
async fn a_wrong_login_is_ours_to_mend_and_not_repeated() {
    let (port, _) = server(Manners { offers: &["AUTH PLAIN"], answers: &[("AUTH", "535 5.7.8 hunter2 is wrong")], ..POLITE });
    let error = smtp(&format!("smtp://jo:hunter2@127.0.0.1:{port}")).check().await.expect_err("wrong");
    assert!(error.kind == FailureKind::Temporary && error.reason.contains("535") && !error.reason.contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn letters_beyond_ascii_need_a_server_that_takes_them() {
    for (offers, taken) in [(&["SMTPUTF8", "8BITMIME"][..], true), (&[][..], false)] {
        let (port, heard) = server(Manners { offers, ..POLITE });
        let sent = deliver(&smtp(&format!("smtp://127.0.0.1:{port}")), "jürgen@example.com", "Jo").await;
        assert_eq!(sent.map_err(|error| error.kind), if taken { Ok(()) } else { Err(FailureKind::Mail) });
        assert_eq!(heard.all().contains("SMTPUTF8"), taken);
    }
}
