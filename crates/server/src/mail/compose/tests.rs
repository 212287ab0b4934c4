//! Tests of the content of each mail.

use super::{Brand, Mail, compose};
use crate::address::Address;
use crate::config::Config;
use crate::mail::templates::{MailTemplate, Recipient, safe_name};
use std::time::Duration;

const LINK: &str = "https://reset.example.com/reset-password#token=Zm9vYmFy_-Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8";
const NOT_ME: &str = "https://reset.example.com/not-me#token=Zm9vYmFy_-Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8";

fn templates() -> [MailTemplate; 5] {
    let ttl = Duration::from_secs(1_800);
    let reset =
        |requested_by_admin| MailTemplate::ResetLink { link: LINK.to_owned(), not_me_link: NOT_ME.to_owned(), ttl, requested_by_admin };
    [
        reset(None),
        reset(Some("Ada Admin".to_owned())),
        MailTemplate::Welcome { link: LINK.to_owned(), ttl: Duration::from_secs(86_400) },
        MailTemplate::PasswordChanged { at: 1_795_491_360_000 },
        MailTemplate::AddressChanged { at: 1_795_491_360_000, admin: "Ada Admin".to_owned() },
    ]
}

fn mail(name: &str, template: &MailTemplate) -> Mail {
    let flags = ["--public-url", "https://reset.example.com", "--support-email", "help@example.com"];
    let brand = Brand::from(&Config::from_flags(&flags).expect("flags"));
    let address = Address::parse("jo@example.com").expect("an address");
    compose(&brand, &Recipient { address, name: name.to_owned() }, template).expect("a mail")
}

#[test]
fn subjects_are_those_of_the_contract() {
    let subjects = templates().map(|template| mail("Jo", &template).subject);
    assert_eq!(
        subjects,
        [
            "Reset your Squaretalk password",
            "Reset your Squaretalk password",
            "Welcome to Squaretalk: set your password",
            "Your Squaretalk password was changed",
            "Your Squaretalk email address was changed"
        ]
    );
}

#[test]
fn both_parts_say_the_same_and_leave_nothing_open() {
    for template in templates() {
        let mail = mail("Jo", &template);
        for part in [&mail.text, &mail.html] {
            assert!(part.contains("Hello Jo,") && part.contains("jo@example.com") && part.contains("help@example.com"), "{part}");
            assert!(!part.contains("{{") && !part.contains("}}"), "{part}");
        }
    }
}

#[test]
fn the_reset_link_comes_first_and_not_me_last() {
    let mail = mail("Jo", &templates()[0]);
    for part in [&mail.text, &mail.html] {
        let links: Vec<_> = part.match_indices("https://").map(|(at, _)| &part[at..]).collect();
        assert!(links[0].starts_with(LINK) && links[links.len() - 1].starts_with(NOT_ME), "{part}");
        assert!(part.contains("This wasn't me") && part.contains("30 minutes"), "{part}");
    }
    assert!(mail.text.trim_end().ends_with(NOT_ME));
}

#[test]
fn a_reset_by_an_admin_names_the_admin() {
    let [own, by_admin, ..] = templates();
    assert!(mail("Jo", &by_admin).text.contains("Ada Admin asked us"));
    assert!(!mail("Jo", &own).text.contains("asked us"));
}

#[test]
fn tok_17_the_notice_has_no_link_and_says_what_to_do() {
    let mail = mail("Jo", &templates()[3]);
    for part in [&mail.text, &mail.html] {
        assert!(!part.contains("http") && !part.contains("href") && !part.contains("token"), "{part}");
        assert!(part.contains("Forgot your password?") && part.contains("24 November 2026 at 03:36 UTC"), "{part}");
    }
}

#[test]
fn who_lost_an_address_learns_when_by_whom_and_what_to_do() {
    let mail = mail("Jo", &templates()[4]);
    for part in [&mail.text, &mail.html] {
        assert!(!part.contains("http") && !part.contains("href") && !part.contains("token"), "{part}");
        assert!(part.contains("Ada Admin took") && part.contains("24 November 2026 at 03:36 UTC"), "{part}");
        assert!(part.contains("Ask your administrator"), "{part}");
    }
}

#[test]
fn eml_05_names_are_escaped_in_html() {
    let mail = mail("<b>Jo & \"Co\"</b>", &templates()[2]);
    assert!(!mail.html.contains("<b>"));
    let mail = super::tests::mail("Jo & 'Co' \"x\"", &templates()[2]);
    assert!(mail.html.contains("Hello Jo &#38; &#39;Co&#39; &#34;x&#34;,"));
    assert!(mail.text.contains("Hello Jo & 'Co' \"x\","));
}

#[test]
fn eml_05_a_name_that_may_become_a_link_is_left_out() {
    for name in [
        "https://evil.example",
        "evil.com",
        "Jo evil.com",
        "www.evil",
        "Jo (evil.example/login)",
        "jo@evil.example",
        "mailto:jo",
        "evil。com",
        "x\\y",
        ".",
        "",
        "\r\n.\r\n",
        &"x".repeat(101),
    ] {
        assert_eq!(safe_name(name), None, "{name:?}");
        let mail = mail(name, &templates()[2]);
        assert!(mail.text.starts_with("Hello,\n") && !mail.text.contains("evil") && !mail.html.contains("evil"), "{name:?}");
        assert!(!String::from_utf8_lossy(&mail.bytes()).contains("evil"), "{name:?}");
    }
    let by_admin = MailTemplate::ResetLink {
        link: LINK.to_owned(),
        not_me_link: NOT_ME.to_owned(),
        ttl: Duration::from_secs(60),
        requested_by_admin: Some("evil.com".to_owned()),
    };
    assert!(mail("Jo", &by_admin).text.contains("An administrator asked us"));
    for name in ["J. R. Smith", "Smith Jr.", "J.R. Smith", "李小龍", "O'Neil-Ávila", "Ştefan"] {
        assert_eq!(safe_name(name).as_deref(), Some(name));
    }
    assert_eq!(safe_name(" Jo\r\nBcc:\u{202e} x").as_deref(), None);
    assert_eq!(safe_name(" Jo\r\n\u{202e} x").as_deref(), Some("Jo x"));
}

#[test]
fn eml_04_the_bytes_are_ascii_in_short_lines_that_end_in_crlf() {
    for name in
        ["Jo\r\nBcc: eve@example.com", "\r\n.\r\nMAIL FROM:<eve@example.com>", "Jo\n.\n", "Þórdís\u{2028}李", "日本語".repeat(30).as_str()]
    {
        for template in templates() {
            let bytes = mail(name, &template).bytes();
            let text = String::from_utf8(bytes).expect("ASCII");
            assert!(text.is_ascii());
            assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF: {name:?}");
            assert!(text.split("\r\n").all(|line| line != "." && line.len() <= 78), "{name:?}");
            assert!(!text.to_ascii_lowercase().contains("\r\nbcc:"), "{name:?}");
            assert_eq!(text.matches("\r\nTo: ").count(), 1);
        }
    }
}

#[test]
fn mails_are_marked_as_automatic_and_tell_no_host_name() {
    let text = String::from_utf8(mail("Jo", &templates()[0]).bytes()).expect("ASCII");
    assert!(text.contains("\r\nAuto-Submitted: auto-generated\r\n"));
    let id = text.split("Message-ID: ").nth(1).and_then(|rest| rest.split("\r\n").next()).expect("an id");
    assert!(id.ends_with("@localhost>") && id.len() > 40, "{id}");
    assert!(text.contains("multipart/alternative") && text.contains("text/plain") && text.contains("text/html"));
}

#[test]
fn a_template_hides_its_link_from_debug() {
    assert_eq!(format!("{:?}", templates()[0]), "MailTemplate(reset_link)");
}
