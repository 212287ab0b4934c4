//! Where to go after logging in: the `next` of `/login?next=…`.
//!
//! Anybody can write such a link, so it is believed only when it names a page of this app that needs a login
//! (docs/security.md HDR-04): neither another site nor anything else that a browser would take for an address gets through.

use crate::route::{Audience, Route};
use crate::url::{decode, encode};

/// The address of the login page that leads back to `path`, with its query.
#[must_use]
pub(crate) fn login_for(path: &str) -> String {
    [Route::Login.path(), "?next=", &encode(path)].concat()
}

/// Reads the query of the login page, `?next=…`.
#[must_use]
pub(crate) fn wanted(search: &str) -> Option<String> {
    let pairs = search.strip_prefix('?')?.split('&');
    let next = decode(pairs.filter_map(|pair| pair.strip_prefix("next=")).next()?)?;
    let path = next.split(['?', '#']).next()?;
    let is_plain = next.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b'\\');
    (is_plain && Route::parse(path).audience() != Audience::Anybody).then_some(next)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties;

#[cfg(test)]
mod tests {
    use super::{login_for, wanted};

    #[test]
    fn hdr_04_pages_behind_the_login_read_back() {
        for path in ["/settings/users", "/account", "/account/password", "/settings/users?search=j%C3%B8&filter=all"] {
            let address = login_for(path);
            assert_eq!(wanted(address.strip_prefix("/login").expect("a login page")).as_deref(), Some(path));
        }
        assert_eq!(wanted("?next=/account&x=y").as_deref(), Some("/account"));
    }

    #[test]
    fn hdr_04_nothing_else_is_followed() {
        for next in [
            "",
            "/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https:evil.example",
            "https://evil.example/account",
            "javascript:alert(1)",
            "%2F%2Fevil.example",
            "/%09/evil.example",
            "/account%0a",
            "/account/../../evil",
            "/.//account",
            "/login",
            "/unknown",
            "account",
            "%",
            "%zz",
            "/account%",
            "@/account",
        ] {
            assert_eq!(wanted(&["?next=", next].concat()), None, "{next:?}");
        }
    }
}
