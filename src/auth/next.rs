//! The `next` parameter of `/login?next=…`: the destination after login.
//!
//! Anybody can craft such a link. It is followed only to pages of this app that require login (docs/security.md HDR-04), never to another site or to
//! anything else that a browser would parse as a URL.

use leptos_router::location::Url;
use rekey_wire::paths::{Page, RequiredAccess};

/// Returns the login URL that leads back to `address`, a path with its query.
#[must_use]
pub(crate) fn login_path(address: &str) -> String {
    [Page::Login.path(), "?next=", &Url::escape(address).replace("%2F", "/")].concat()
}

/// Returns the decoded parameter `next` if it may be followed.
#[must_use]
pub(crate) fn validate(next: &str) -> Option<String> {
    let path = next.split(['?', '#']).next()?;
    let is_plain = next.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b'\\');
    let needs_login = match Page::parse(path)?.required_access() {
        RequiredAccess::Public => false,
        RequiredAccess::SignedIn | RequiredAccess::Staff | RequiredAccess::Admin => true,
    };
    (is_plain && needs_login).then(|| next.to_owned())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties;

#[cfg(test)]
mod tests {
    use super::{login_path, validate};
    use leptos_router::location::Url;

    #[test]
    fn hdr_04_pages_behind_the_login_read_back() {
        for path in ["/settings/users", "/account", "/account/password", "/settings/users?search=j%C3%B8&filter=all"] {
            let login = login_path(path);
            let next = login.strip_prefix("/login?next=").expect("the login page");
            assert_eq!(validate(&Url::unescape(next)).as_deref(), Some(path));
        }
        assert_eq!(login_path("/account/password"), "/login?next=/account/password");
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
            "/\t/evil.example",
            "/account%0a",
            "/account\n",
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
            assert_eq!(validate(next), None, "{next:?}");
        }
    }
}
