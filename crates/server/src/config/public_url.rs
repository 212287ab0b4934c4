//! Public URL: the address of the server for browsers; every mailed link starts with it (TOK-11).

use rekey_wire::paths::Page;
use std::fmt;
use std::net::IpAddr;
use url::{Host, Url};

/// `https://host[:port]`, or plain http on this machine.
///
/// An origin only: no path, no user, no query. It comes from the configuration, never from a request's `Host` or forwarded headers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicUrl {
    origin: String,
    port: u16,
    https: bool,
    loopback: bool,
}

impl PublicUrl {
    /// Parses a public URL.
    ///
    /// # Errors
    /// What to change, as a clause that follows the option's name.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "takes an address like https://reset.example.com";
        let url = Url::parse(text.trim()).map_err(|_| FORM)?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(FORM),
        };
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(FORM);
        }
        if url.path() != "/" {
            return Err("takes an address without a path: give Rekey a host name of its own, like https://reset.example.com");
        }
        let loopback = url.host().is_some_and(is_loopback);
        if !https && !loopback {
            return Err(
                "takes plain http on localhost only, because links to reset a password must not cross a network in clear: use https",
            );
        }
        let port = url.port_or_known_default().unwrap_or_default();
        Ok(Self { origin: url.origin().ascii_serialization(), port, https, loopback })
    }

    /// Returns whether pages are served over TLS (cookies are then `Secure`, and HSTS is sent).
    #[must_use]
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Returns whether only this machine can open the links.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Returns the TCP port that browsers connect to.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Returns the origin as browsers send it in `Origin`: no trailing slash, no default port, host in Punycode.
    #[must_use]
    pub fn origin(&self) -> String {
        self.origin.clone()
    }

    /// Returns the URL of a page; `path` starts with a slash.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        [&self.origin, path].concat()
    }

    /// Returns the link for a mail: `{public URL}/reset-password#token=…`. The token is in the fragment, which browsers do not send to any server
    /// (TOK-12).
    #[must_use]
    pub fn reset_link(&self, token: &str) -> String {
        self.link(&[Page::ResetPassword.path(), "#token=", token].concat())
    }

    /// Returns the link for recipients who did not request the mail: `{public URL}/not-me#token=…`.
    #[must_use]
    pub fn not_me_link(&self, token: &str) -> String {
        self.link(&[Page::NotMe.path(), "#token=", token].concat())
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

/// Returns whether a host always refers to this machine: `localhost` and its subdomains (RFC 6761 section 6.3), 127.0.0.0/8, `::1`.
pub(crate) fn is_loopback<S: AsRef<str>>(host: Host<S>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.as_ref();
            name == "localhost" || name.ends_with(".localhost")
        }
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => IpAddr::V6(ip).to_canonical().is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn links_start_with_it_and_hide_the_token_in_the_fragment() {
        let url = PublicUrl::parse("https://Reset.Example.com:443/").expect("an origin");
        assert_eq!(url.origin(), "https://reset.example.com");
        assert_eq!(url.reset_link("abc"), "https://reset.example.com/reset-password#token=abc");
        assert_eq!(url.not_me_link("abc"), "https://reset.example.com/not-me#token=abc");
        assert!(url.is_https() && !url.is_loopback());
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for text in ["http://localhost:8080", "http://127.0.0.1:9", "http://[::1]:9", "http://rekey.localhost", "http://localhost/"] {
            assert!(PublicUrl::parse(text).is_ok_and(|url| url.is_loopback() && !url.is_https()), "{text}");
        }
        for text in ["http://example.com", "http://10.0.0.1", "http://localhost.example.com", "http://notlocalhost"] {
            assert!(PublicUrl::parse(text).is_err_and(|reason| reason.contains("https")), "{text}");
        }
    }

    #[test]
    fn only_an_origin_is_taken() {
        for text in
            ["", "localhost:8080", "ftp://a.example", "https://a.example/reset", "https://u:p@a.example", "https://a.example?x", "//a"]
        {
            assert!(PublicUrl::parse(text).is_err(), "{text}");
        }
    }
}
