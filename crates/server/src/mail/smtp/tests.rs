//! SMTP client tests, against a fake mail server that records all input.

use super::super::error::{FailureKind, SendError};
use super::{CONFIRM_TIMEOUT, Smtp};
use crate::address::Address;
use crate::config::{Config, SmtpUrl};
use crate::mail::compose::{Brand, Mail, compose};
use crate::mail::templates::{MailTemplate, Recipient};
use rekey_testing::{SmtpAction, SmtpBehaviour, SmtpServer, SmtpStep, unused_address};
use std::time::Duration;

const LINK: &str = "https://reset.example.com/reset-password#token=Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8";

/// Accepts everything, without extensions.
fn polite() -> SmtpBehaviour {
    SmtpBehaviour::accept().extensions(&[])
}

/// Returns everything the client sent, over all connections.
fn heard(server: &SmtpServer) -> String {
    server.connections().concat()
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

/// Sends one mail to a server with this behaviour.
async fn send(behaviour: SmtpBehaviour) -> (Result<(), SendError>, SmtpServer) {
    let server = SmtpServer::start_with(behaviour);
    let sent = deliver(&smtp(&server.url()), "jo@example.com", "Jo").await;
    (sent, server)
}

#[tokio::test]
async fn eml_04_a_hostile_name_leaves_a_clean_transcript() {
    let server = SmtpServer::start_with(polite());
    let smtp = smtp(&server.url());
    for name in
        ["Jo\r\n.\r\nMAIL FROM:<eve@e.example>\r\nRCPT TO:<eve@e.example>\r\n", "\n.\n", "Jo\nBcc: eve@e.example", ".", "..\r\n..", "Jo"]
    {
        deliver(&smtp, "jo@example.com", name).await.expect(name);
    }
    let transcript = heard(&server);
    assert!(!transcript.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF");
    let lines: Vec<&str> = transcript.split("\r\n").collect();
    let count = |what: &str| lines.iter().filter(|line| line.to_ascii_uppercase().starts_with(what)).count();
    assert_eq!((count("MAIL FROM:"), count("RCPT TO:"), count("DATA"), count("BCC:")), (6, 6, 6, 0));
    assert_eq!(lines.iter().filter(|line| **line == ".").count(), 6, "one end a mail");
    assert!(!transcript.contains("eve@"));
}

#[tokio::test]
async fn each_mail_has_its_own_connection_and_ends_it_with_quit() {
    let server = SmtpServer::start_with(polite());
    let smtp = smtp(&server.url());
    smtp.check().await.expect("ready");
    for _ in 0..3 {
        deliver(&smtp, "jo@example.com", "Jo").await.expect("taken");
    }
    smtp.open(&Address::parse("jo@example.com").expect("an address")).await.expect("accepted").close();
    // RFC 5321 section 4.1.1.10.
    server.wait_for_connections(|all| all.len() == 5 && all.iter().all(|sent| sent.ends_with("QUIT\r\n"))).await;
}

#[tokio::test]
async fn no_mail_is_lost_if_the_server_closes_the_connection_after_each() {
    let server = SmtpServer::start_with(polite().max_messages(1));
    let smtp = smtp(&server.url());
    for _ in 0..3 {
        deliver(&smtp, "jo@example.com", "Jo").await.expect("taken");
    }
    assert_eq!(heard(&server).matches("\r\n.\r\n").count(), 3);
}

#[tokio::test]
async fn a_connection_that_is_lost_after_the_final_dot_leaves_the_mail_unconfirmed() {
    let (sent, server) = send(polite().on(SmtpStep::Message, SmtpAction::Close)).await;
    assert_eq!(sent.expect_err("lost").kind, FailureKind::Unconfirmed);
    assert!(heard(&server).contains("\r\n.\r\n"));
}

#[tokio::test]
async fn the_answer_to_the_final_dot_is_waited_for_ten_minutes() {
    let server = SmtpServer::start_with(polite().on(SmtpStep::Message, SmtpAction::Silence));
    let smtp = smtp(&server.url());
    let begun = tokio::time::Instant::now();
    let sending = tokio::spawn(async move { deliver(&smtp, "jo@example.com", "Jo").await });
    server.wait_for_transcript(|text| text.contains("\r\n.\r\n")).await;
    // From here on only the clock advances.
    tokio::time::pause();
    let error = sending.await.expect("no panic").expect_err("silence");
    assert!(error.kind == FailureKind::Unconfirmed && error.reason.contains("in time"), "{error:?}");
    assert!(begun.elapsed() >= CONFIRM_TIMEOUT && CONFIRM_TIMEOUT >= Duration::from_secs(600));
}

#[tokio::test]
async fn a_rejected_address_is_permanent_and_its_reason_contains_no_secret() {
    let refusal = "550 5.1.1 <jo@example.com> no such user, see https://e.example/reset-password#token=Zm9v now";
    let server = SmtpServer::start_with(polite().reply(SmtpStep::Rcpt, refusal));
    let error = deliver(&smtp(&server.url()), "jo@example.com", "Jo").await.expect_err("refused");
    assert_eq!(error.kind, FailureKind::Address);
    assert_eq!(error.reason, "The mail server refused the address (550): 5.1.1 no such user, see now");
}

#[tokio::test]
async fn a_permanent_failure_is_about_this_mail_and_marks_the_address_only_if_it_is_about_that() {
    let cases: [(SmtpBehaviour, FailureKind); 16] = [
        (polite().reply(SmtpStep::Rcpt, "550 no such mailbox"), FailureKind::Address),
        (polite().reply(SmtpStep::Rcpt, "553 no"), FailureKind::Address),
        (polite().reply(SmtpStep::Rcpt, "550 5.1.1 no such mailbox"), FailureKind::Address),
        (polite().reply(SmtpStep::Rcpt, "556 5.1.10 no mail there"), FailureKind::Address),
        (polite().reply(SmtpStep::Rcpt, "550 5.2.1 disabled"), FailureKind::Address),
        (polite().reply(SmtpStep::Message, "550 5.1.1 found out late"), FailureKind::Address),
        (polite().reply(SmtpStep::Rcpt, "550 5.7.1 listed"), FailureKind::Mail),
        (polite().reply(SmtpStep::Rcpt, "550 5.1.8 not from there"), FailureKind::Mail),
        (polite().reply(SmtpStep::Rcpt, "552 5.2.2 full"), FailureKind::Mail),
        (polite().reply(SmtpStep::Rcpt, "554 no"), FailureKind::Mail),
        (polite().reply(SmtpStep::Message, "554 not this"), FailureKind::Mail),
        (polite().reply(SmtpStep::Rcpt, "451 later"), FailureKind::Temporary),
        (polite().reply(SmtpStep::Message, "452 full"), FailureKind::Temporary),
        (polite().reply(SmtpStep::Mail, "550 5.1.0 not you"), FailureKind::Temporary),
        (polite().reply(SmtpStep::Rcpt, "530 log in first"), FailureKind::Temporary),
        (polite().reply(SmtpStep::Ehlo, "554 go away"), FailureKind::Temporary),
    ];
    for (n, (behaviour, kind)) in cases.into_iter().enumerate() {
        let (sent, _) = send(behaviour).await;
        assert_eq!(sent.expect_err("refused").kind, kind, "case {n}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_times_out() {
    for silent in [SmtpStep::Ehlo, SmtpStep::Rcpt] {
        let (sent, _) = send(polite().on(silent, SmtpAction::Silence)).await;
        let error = sent.expect_err("silence");
        assert!(error.kind == FailureKind::Temporary && error.reason.contains("in time"), "{error:?}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_temporary() {
    let smtp = smtp(&format!("smtp://{}", unused_address()));
    assert_eq!(smtp.check().await.map_err(|error| error.kind), Err(FailureKind::Temporary));
}

#[tokio::test]
async fn eml_06_with_tls_required_nothing_is_sent_without_it() {
    let server = SmtpServer::start_with(polite().extensions(&["AUTH PLAIN"]));
    let smtp = smtp(&format!("smtp://jo:hunter2@localhost:{}?tls=required", server.address.port()));
    let error = deliver(&smtp, "jo@example.com", "Jo").await.expect_err("no TLS");
    assert!(error.kind == FailureKind::Temporary && error.reason.contains("does not offer TLS"), "{error:?}");
    assert!(heard(&server).lines().all(|line| line.starts_with("EHLO") || line.starts_with("QUIT")), "{}", heard(&server));
}

#[tokio::test]
async fn eml_06_an_untrusted_certificate_is_refused() {
    for (url, behaviour) in [
        ("smtps://jo:hunter2@localhost:PORT", polite().implicit_tls()),
        ("smtp://jo:hunter2@localhost:PORT?tls=required", polite().extensions(&["STARTTLS", "AUTH PLAIN"])),
    ] {
        let server = SmtpServer::start_with(behaviour);
        let error =
            deliver(&smtp(&url.replace("PORT", &server.address.port().to_string())), "jo@example.com", "Jo").await.expect_err("untrusted");
        assert!(error.kind == FailureKind::Temporary && error.reason.contains("certificate"), "{error:?}");
        assert!(!heard(&server).contains("AUTH") && !heard(&server).contains("MAIL"), "{url}");
    }
}

#[tokio::test]
async fn a_server_without_tls_on_a_tls_port_is_named_as_such() {
    let server = SmtpServer::start_with(polite());
    let error = smtp(&format!("smtps://localhost:{}", server.address.port())).check().await.expect_err("no TLS");
    assert!(error.kind == FailureKind::Temporary && error.reason.contains("REKEY_SMTP_URL"), "{error:?}");
}

#[tokio::test]
async fn a_wrong_smtp_password_is_temporary_and_not_in_the_reason() {
    let server = SmtpServer::start_with(polite().reply(SmtpStep::Auth, "535 5.7.8 hunter2 is wrong").extensions(&["AUTH PLAIN"]));
    let error = smtp(&format!("smtp://jo:hunter2@127.0.0.1:{}", server.address.port())).check().await.expect_err("wrong");
    assert!(error.kind == FailureKind::Temporary && error.reason.contains("535") && !error.reason.contains("hunter2"), "{error:?}");
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_with_smtputf8() {
    for (offers, taken) in [(&["SMTPUTF8", "8BITMIME"][..], true), (&[][..], false)] {
        let server = SmtpServer::start_with(polite().extensions(offers));
        let sent = deliver(&smtp(&server.url()), "jürgen@example.com", "Jo").await;
        assert_eq!(sent.map_err(|error| error.kind), if taken { Ok(()) } else { Err(FailureKind::Mail) });
        assert_eq!(heard(&server).contains("SMTPUTF8"), taken);
    }
}
