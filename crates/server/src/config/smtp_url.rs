//! Mail server URL: `smtp://` or `smtps://`.

use super::public_url::is_loopback;
use std::fmt;
use url::Url;

/// Encryption of the connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Security {
    /// None; only for a server on this machine.
    Plain,
    /// `STARTTLS` (RFC 3207), required.
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Tls,
}

/// Address of a mail server. `Debug` hides the password.
#[derive(Clone, Eq, PartialEq)]
pub struct SmtpUrl {
    /// Host name (as in certificates) or IP address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Required encryption; there is no fallback to plain text.
    pub security: Security,
    /// User name and password.
    pub credentials: Option<(String, String)>,
}

impl SmtpUrl {
    /// Parses `smtp://host:port` (this machine only), `smtp://…?tls=required`, `smtps://user:password@host`.
    ///
    /// # Errors
    /// What to change, as a clause that follows the option's name. Never contains the URL, which may have a password.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "takes smtp://host:port?tls=required or smtps://user:password@host, with special characters percent-encoded";
        let url = Url::parse(text.trim()).map_err(|_| FORM)?;
        let implicit = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(FORM),
        };
        let host = url.host().ok_or(FORM)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() || url.port() == Some(0) {
            return Err(FORM);
        }
        let required = asks_for_tls(&url)?;
        let local = match &host {
            // The url crate parses IPv4 addresses and folds case for web schemes only.
            url::Host::Domain(name) => match name.parse::<std::net::Ipv4Addr>() {
                Ok(ip) => ip.is_loopback(),
                Err(_) => is_loopback(url::Host::Domain(name.to_ascii_lowercase())),
            },
            other => is_loopback(other.clone()),
        };
        let (security, default_port) = match (implicit, required) {
            (true, _) => (Security::Tls, 465),
            (false, true) => (Security::StartTls, 587),
            (false, false) if local => (Security::Plain, 25),
            (false, false) => {
                return Err("takes an unprotected server on this machine only: add ?tls=required, or use smtps://");
            }
        };
        let host = match host {
            url::Host::Ipv6(ip) => ip.to_string(),
            // For non-web schemes the url crate keeps the host percent-encoded as typed: convert it to the DNS form.
            url::Host::Domain(name) => {
                let name = decode(name).ok_or(FORM)?;
                let ascii = idna::domain_to_ascii_cow(name.as_bytes(), idna::AsciiDenyList::URL).map_err(|_| FORM)?;
                if ascii.is_empty() {
                    return Err(FORM);
                }
                ascii.into_owned()
            }
            url::Host::Ipv4(ip) => ip.to_string(),
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err("takes a user name and a password, or neither: smtps://user:password@host"),
            (user, Some(password)) => Some((decode(user).ok_or(FORM)?, decode(password).ok_or(FORM)?)),
        };
        Ok(Self { host, port: url.port().unwrap_or(default_port), security, credentials })
    }
}

/// Returns whether the query is `tls=required`; anything else is an error.
fn asks_for_tls(url: &Url) -> Result<bool, &'static str> {
    let mut required = false;
    for (key, value) in url.query_pairs() {
        match (key.as_ref(), value.as_ref()) {
            ("tls", "required") => required = true,
            ("tls", _) => return Err("takes ?tls=required and no other value for tls, because TLS that may be given up protects nobody"),
            _ => return Err("takes ?tls=required and nothing else after the question mark"),
        }
    }
    Ok(required)
}

/// Percent-decodes text. Returns `None` if the result is not UTF-8 or has a control character.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |b: u8| char::from(b).to_digit(16);
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains(char::is_control))
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpUrl({}:{}, {:?})", self.host, self.port, self.security)
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::{Security, SmtpUrl};

    #[test]
    fn the_three_forms() {
        let plain = SmtpUrl::parse("smtp://127.0.0.1:2525").expect("plain on loopback");
        assert_eq!((plain.host.as_str(), plain.port, plain.security), ("127.0.0.1", 2525, Security::Plain));
        assert_eq!(SmtpUrl::parse("smtp://localhost").expect("plain").port, 25);
        assert_eq!(SmtpUrl::parse("smtp://[::1]:2525").expect("plain").host, "::1");
        let starttls = SmtpUrl::parse("smtp://mail.example.com?tls=required").expect("STARTTLS");
        assert_eq!((starttls.port, starttls.security, starttls.credentials), (587, Security::StartTls, None));
        let tls = SmtpUrl::parse("smtps://jo%40example.com:a%3Ab%25@mail.example.com").expect("TLS");
        assert_eq!((tls.port, tls.security), (465, Security::Tls));
        assert_eq!(tls.credentials, Some(("jo@example.com".to_owned(), "a:b%".to_owned())));
    }

    #[test]
    fn a_server_elsewhere_needs_tls() {
        for text in ["smtp://mail.example.com", "smtp://10.0.0.1:25", "smtp://localhost.example.com", "smtp://[2001:db8::1]"] {
            assert!(SmtpUrl::parse(text).is_err_and(|reason| reason.contains("?tls=required")), "{text}");
        }
    }

    #[test]
    fn tls_that_may_be_given_up_is_refused() {
        for text in ["smtp://mail.example.com?tls=opportunistic", "smtp://localhost?tls=none", "smtp://localhost?tls="] {
            assert!(SmtpUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn typos_are_refused_without_repeating_the_password() {
        for text in [
            "smpt://u:hunter2@a.example",
            "smtp:/a.example",
            "smtp://u:hunter2@:25",
            "smtps://a.example:99999",
            "smtps://a.example:0",
            "smtps://a.example/inbox",
            "smtps://u@a.example",
            "smtps://u:%zz@a.example",
            "smtps://u:a%0d%0ab@a.example",
            "smtps://a.example?tsl=required",
            "mail.example.com:25",
            "",
        ] {
            let reason = SmtpUrl::parse(text).expect_err(text);
            assert!(!reason.contains("hunter2"), "{text}");
        }
        let url = SmtpUrl::parse("smtps://jo:hunter2@a.example").expect("TLS");
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
