//! Tests of the SMTP server.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{SmtpBehaviour, SmtpServer, SmtpStep};

/// Sends each line and returns the first line of each reply, up to the end of the connection.
fn converse(server: &SmtpServer, lines: &[&str]) -> Vec<String> {
    let mut to = TcpStream::connect(server.address).expect("the server listens");
    let mut from = BufReader::new(to.try_clone().expect("a socket can be shared")).lines().map_while(Result::ok);
    let mut replies: Vec<String> = from.next().into_iter().collect();
    for line in lines {
        let _ = to.write_all(format!("{line}\r\n").as_bytes());
        replies.extend(from.next());
    }
    replies
}

const MESSAGE: &str = "From: a@example.com\r\nTo: b@example.com\r\nSubject: Hello\r\n\r\n..hidden\r\n.";

fn mail_to(to: &str) -> [String; 5] {
    ["HELO me", "MAIL FROM:<a@example.com>", &format!("RCPT TO:<{to}>"), "DATA", MESSAGE].map(str::to_owned)
}

fn send(server: &SmtpServer, to: &str) -> Vec<String> {
    let lines = mail_to(to);
    converse(server, &lines.each_ref().map(String::as_str))
}

/// Without extensions the response to `EHLO` is a single line.
fn server(behaviour: SmtpBehaviour) -> SmtpServer {
    SmtpServer::start_with(behaviour.extensions(&[]))
}

#[test]
fn a_mail_is_kept_whole_and_a_doubled_dot_is_undone() {
    let server = server(SmtpBehaviour::accept());
    assert_eq!(send(&server, "b@example.com").last().map(String::as_str), Some("250 taken"));
    let mail = server.blocking_wait_for_mail(1, "b@example.com", "Hello");
    assert_eq!(mail.text().trim_end(), ".hidden");
    assert_eq!(server.connections().len(), 1);
}

#[test]
fn a_rejected_address_gets_550_and_no_mail() {
    let server = server(SmtpBehaviour::accept());
    server.reject_address("Gone@example.com");
    for to in ["gone@example.com", "refused@example.com"] {
        let replies = send(&server, to);
        assert!(replies[3].starts_with("550 ") && replies[4].starts_with("503 "), "{replies:?}");
    }
    assert!(server.mails().is_empty());
}

#[test]
fn each_step_can_be_answered_otherwise() {
    let replies = |behaviour: SmtpBehaviour| send(&server(behaviour), "b@example.com");
    assert_eq!(replies(SmtpBehaviour::busy()), ["421 busy, try again later"]);
    assert!(replies(SmtpBehaviour::down()).is_empty());
    assert!(replies(SmtpBehaviour::greylist())[3].starts_with("451 "));
    assert_eq!(replies(SmtpBehaviour::accept().reply(SmtpStep::Ehlo, "504 who?"))[1], "504 who?");
    assert_eq!(replies(SmtpBehaviour::accept().reply(SmtpStep::Data, "554 no")).len(), 6);
    assert_eq!(replies(SmtpBehaviour::close_after_message()).len(), 5);
}

#[test]
fn a_mail_is_taken_before_a_slow_or_missing_confirmation() {
    let slow = server(SmtpBehaviour::accept().delay(SmtpStep::Message, Duration::from_millis(200)));
    let started = Instant::now();
    assert_eq!(send(&slow, "b@example.com")[5], "250 taken");
    assert!(started.elapsed() >= Duration::from_millis(200), "the real clock is the subject");
    let closing = server(SmtpBehaviour::close_after_message());
    send(&closing, "b@example.com");
    assert_eq!((slow.mails().len(), closing.mails().len()), (1, 1));
}

#[test]
fn a_mail_that_is_rejected_after_the_final_dot_is_kept_apart() {
    let server = server(SmtpBehaviour::accept().reply(SmtpStep::Message, "554 5.7.1 spam"));
    send(&server, "b@example.com");
    assert_eq!((server.mails().len(), server.rejected_mails().len()), (0, 1));
}
