//! Email address syntax.
//!
//! The WHATWG rule for `<input type=email>` (HTML Living Standard, 4.10.5.1.5), extended to non-ASCII letters (RFC 6531), requiring a dot in the
//! domain, with the length limit of RFC 5321. The server converts addresses to canonical form (NFC, lower case, Punycode), which needs Unicode tables
//! that the pages should not include.

use std::borrow::Cow;
use validator::ValidationError;

/// Maximum length of an address in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
pub const MAX_BYTES: usize = 254;
/// Maximum length of the local part in bytes (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;
/// Maximum length of a domain label in bytes (RFC 1035 section 2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// Reason why an address is rejected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EmailError {
    /// Empty or whitespace only.
    Required,
    /// Longer than [`MAX_BYTES`].
    TooLong,
    /// Not of the form `name@example.com`.
    Malformed,
}

impl EmailError {
    /// Returns the error code for a problem document.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::Malformed => "invalid_email",
        }
    }
}

/// Checks an address as typed. Surrounding white space is allowed, as browsers and phones add it.
///
/// # Errors
/// The first [`EmailError`] found.
pub fn check(typed: &str) -> Result<(), EmailError> {
    let address = typed.trim_matches(is_space);
    if address.is_empty() {
        return Err(EmailError::Required);
    }
    if address.len() > MAX_BYTES {
        return Err(EmailError::TooLong);
    }
    let (local, domain) = address.rsplit_once('@').ok_or(EmailError::Malformed)?;
    let local_ok =
        !local.is_empty() && local.len() <= MAX_LOCAL_BYTES && local.split('.').all(|atom| !atom.is_empty()) && local.chars().all(is_local);
    let domain_ok = domain.contains('.') && domain.split('.').all(is_label) && !ends_in_digits(domain);
    if local_ok && domain_ok { Ok(()) } else { Err(EmailError::Malformed) }
}

/// Like [`check`], for `validator`'s derive.
///
/// # Errors
/// The error code.
pub fn validate(typed: &str) -> Result<(), ValidationError> {
    check(typed).map_err(|error| ValidationError { code: Cow::Borrowed(error.code()), message: None, params: <_>::default() })
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}')
}

const fn is_local(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' => true,
        '!' | '#' | '$' | '%' | '&' | '\'' | '*' | '+' | '/' | '=' | '?' | '^' | '_' | '`' | '{' | '|' | '}' | '~' | '-' => true,
        _ => is_international(c),
    }
}

/// Returns true for non-ASCII characters, except controls, spaces, bidirectional controls and private use characters, which mail programs hide.
const fn is_international(c: char) -> bool {
    c > '\u{a0}'
        && !matches!(c, '\u{ad}' | '\u{1680}' | '\u{180e}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}')
        && !matches!(c, '\u{3000}' | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= MAX_LABEL_BYTES
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || is_international(c))
}

/// Returns true if the top-level domain is numeric. None is (RFC 3696 section 2): `a@10.0.0.1` names a host, not a mail provider.
fn ends_in_digits(domain: &str) -> bool {
    domain.rsplit('.').next().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{EmailError, MAX_BYTES, check};
    use crate::login::LoginRequest;
    use crate::reset::ForgotRequest;
    use crate::users::{NewUser, UserPatch};
    use validator::Validate;

    #[test]
    fn ordinary_addresses_pass() {
        for address in ["jo@example.com", " jo@example.com ", "o'neil+tag@mail.example.co.uk", "jürgen@exämple.de", "a@b.io"] {
            assert_eq!(check(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn two_recipients_in_one_string_are_refused() {
        for address in
            ["a@b.io,c@d.io", "a@b.io;c@d.io", "a@b.io c@d.io", "a@b.io\r\nBcc: c@d.io", "a\0@b.io", "<a@b.io>", "a@b.io>", "\"a b\"@c.io"]
        {
            assert_eq!(check(address), Err(EmailError::Malformed), "{address:?}");
        }
    }

    #[test]
    fn every_request_with_an_address_applies_the_rule() {
        let code = |request: &dyn Fn() -> Result<(), validator::ValidationErrors>| {
            request().err().map(|found| crate::problem::field_errors(&found)["email"][0].code.clone())
        };
        let long = "a@".to_owned() + &"b".repeat(MAX_BYTES) + ".io";
        for typed in ["jo@example.com", " jo@example.com\t", "", " ", "jo", "a@b.io,c@d.io", &long] {
            let email = typed.to_owned();
            let rule = check(typed).err().map(|error| error.code().to_owned());
            let log_in = LoginRequest { email: email.clone(), password: "x".into() };
            let new = NewUser { name: "Jo".into(), email: Some(email.clone()), ..NewUser::default() };
            let patch = UserPatch { email: Some(Some(email.clone())), ..UserPatch::default() };
            assert_eq!(code(&|| log_in.validate()), rule, "logging in with {typed:?}");
            assert_eq!(code(&|| ForgotRequest { email: email.clone(), language: None }.validate()), rule, "forgot {typed:?}");
            assert_eq!(code(&|| new.validate()), rule, "a new user at {typed:?}");
            assert_eq!(code(&|| patch.validate()), rule, "a user moving to {typed:?}");
        }
    }

    #[test]
    fn what_is_missing_or_long_is_named() {
        assert_eq!(check("  "), Err(EmailError::Required));
        assert_eq!(check(&format!("a@{}.com", "b".repeat(260))), Err(EmailError::TooLong));
        for address in ["jo", "jo@", "@example.com", "jo@example", "jo@-a.com", "jo@a..com", "jo@127.0.0.1", ".jo@a.com", "jo@a.com."] {
            assert_eq!(check(address), Err(EmailError::Malformed), "{address}");
        }
    }
}
