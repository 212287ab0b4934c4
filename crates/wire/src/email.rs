//! Email address syntax.
//!
//! It is the WHATWG rule for `<input type=email>` (HTML Living Standard, 4.10.5.1.5), opened to letters outside ASCII
//! (RFC 6531), with a dot asked for in the domain and the length limit of RFC 5321. The canonical form (NFC, lower
//! case, Punycode) is the server's business: it needs Unicode tables, which a page should not carry.

use std::borrow::Cow;
use validator::ValidationError;

/// The longest address in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
pub const MAX_BYTES: usize = 254;
/// The longest part before the `@` in bytes (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;
/// The longest label of a domain in bytes (RFC 1035 section 2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// Why an address is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EmailError {
    /// Nothing but white space.
    Required,
    /// Over [`MAX_BYTES`].
    TooLong,
    /// Not of the form `name@example.com`.
    Malformed,
}

impl EmailError {
    /// The code that a problem document carries for it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::Malformed => "invalid_email",
        }
    }
}

/// Checks an address as typed; white space around it is allowed, as every browser and phone adds some.
///
/// # Errors
/// The first [`EmailError`] met.
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

/// [`check`] as `validator`'s derive calls it.
///
/// # Errors
/// The error's code.
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

/// Beyond ASCII, less the controls, spaces, marks of direction and private characters that a mail program hides.
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

/// No top-level domain is a number (RFC 3696 section 2): `a@10.0.0.1` names a machine, not a mailbox provider.
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
