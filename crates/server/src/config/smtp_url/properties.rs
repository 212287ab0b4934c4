//! Property tests: mail server URLs.

use super::{Security, SmtpUrl};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::net::IpAddr;

/// Near-valid mail server URLs.
fn address() -> impl Strategy<Value = String> {
    let pieces: &[&str] = &[
        "smtp://",
        "smtps://",
        "SMTP:",
        "http://",
        "//",
        "/",
        "localhost",
        "mail.example.com",
        "evil.example",
        "127.0.0.1",
        "10.0.0.1",
        "127.1",
        "0x7f000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[2001:db8::1]",
        ".",
        ".localhost",
        "%2elocalhost",
        "%6c",
        "user:canary@",
        "user@",
        ":canary@",
        "@",
        ":",
        ":25",
        ":0",
        ":65536",
        "?tls=required",
        "?tls=none",
        "&tls=required",
        "?",
        "#",
        "%00",
        "%0d%0a",
        "%zz",
        "%",
        "é",
        "\t",
        "\n",
        " ",
    ];
    prop_oneof![
        6 => (select(&["smtp://", "smtps://"][..]), vec(select(pieces), 1..5)).prop_map(|(scheme, rest)| scheme.to_owned() + &rest.concat()),
        2 => vec(select(pieces), 0..7).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

/// Passwords of printable characters.
fn secret() -> impl Strategy<Value = String> {
    "\\PC{1,20}"
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

proptest! {
    #[test]
    fn what_is_percent_encoded_reads_back(
        host in "[a-z]([a-z0-9]{0,8}[a-z0-9])?(\\.[a-z]{2,6}){1,3}",
        port in 1..=u16::MAX,
        user in secret(),
        password in secret(),
        implicit in any::<bool>(),
    ) {
        let (scheme, query, security) = if implicit { ("smtps", "", Security::Tls) } else { ("smtp", "?tls=required", Security::StartTls) };
        let text = format!("{scheme}://{}:{}@{host}:{port}{query}", encoded(&user), encoded(&password));
        prop_assert_eq!(SmtpUrl::parse(&text), Ok(SmtpUrl { host, port, security, credentials: Some((user, password)) }));
    }

    #[test]
    fn eml_06_nothing_crosses_a_network_in_clear(text in address()) {
        if let Ok(url) = SmtpUrl::parse(&text) {
            let is_here = match url.host.parse::<IpAddr>() {
                Ok(ip) => ip.to_canonical().is_loopback(),
                Err(_) => url.host.rsplit('.').next() == Some("localhost"),
            };
            prop_assert!(url.security != Security::Plain || is_here, "{url:?}");
            // `tls=…` with another value is never accepted as encrypted.
            prop_assert!(!text.contains("tls=none"), "{url:?}");
        }
    }

    #[test]
    fn what_is_accepted_can_be_said_to_a_mail_server(text in address()) {
        if let Ok(url) = SmtpUrl::parse(&text) {
            let host = &url.host;
            prop_assert!(url.port > 0 && !host.is_empty() && host.is_ascii(), "{url:?}");
            prop_assert!(!host.contains(|c: char| c.is_control() || c.is_whitespace() || "/@?#%\\[]".contains(c)), "{url:?}");
            let (user, password) = url.credentials.clone().unwrap_or_default();
            prop_assert!(![user, password].concat().contains(char::is_control), "{url:?}");
        }
    }

    #[test]
    fn neither_refusal_nor_debug_repeats_a_password(text in address()) {
        let said = SmtpUrl::parse(&text).map_or_else(str::to_owned, |url| format!("{url:?}"));
        prop_assert!(!said.contains("canary"), "{said}");
    }
}
