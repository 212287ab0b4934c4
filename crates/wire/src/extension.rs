//! Telephone extensions and their secrets.

use std::borrow::Cow;
use validator::ValidationError;

/// Lowest extension that is assigned.
pub const FIRST: u32 = 1000;
/// Highest extension: dialled numbers have at most nine digits.
pub const HIGHEST: u32 = 999_999_999;
/// Minimum length of a secret in characters.
pub const SECRET_MIN_CHARS: usize = 12;
/// Maximum length of a secret in characters.
pub const SECRET_MAX_CHARS: usize = 64;

/// Parses an extension: digits only, no leading zero, at most [`HIGHEST`].
#[must_use]
pub fn parse(typed: &str) -> Option<u32> {
    let typed = typed.trim();
    let is_number = typed.bytes().all(|byte| byte.is_ascii_digit()) && !typed.starts_with('0');
    typed.parse().ok().filter(|number| is_number && (1..=HIGHEST).contains(number))
}

/// Checks an extension as typed, for `validator`'s derive.
///
/// # Errors
/// `invalid_extension`.
pub fn validate(typed: &str) -> Result<(), ValidationError> {
    parse(typed).map(drop).ok_or_else(|| error("invalid_extension"))
}

/// Checks a secret as typed, for `validator`'s derive: printable ASCII without spaces.
///
/// # Errors
/// `too_short`, `too_long` or `invalid_characters`.
pub fn validate_secret(typed: &str) -> Result<(), ValidationError> {
    if !typed.bytes().all(|byte| byte.is_ascii_graphic()) {
        Err(error("invalid_characters"))
    } else if typed.len() < SECRET_MIN_CHARS {
        Err(error("too_short"))
    } else if typed.len() > SECRET_MAX_CHARS {
        Err(error("too_long"))
    } else {
        Ok(())
    }
}

fn error(code: &'static str) -> ValidationError {
    ValidationError { code: Cow::Borrowed(code), message: None, params: <_>::default() }
}

#[cfg(test)]
mod tests {
    use super::{parse, validate_secret};

    #[test]
    fn an_extension_is_a_number_of_at_most_nine_digits() {
        assert_eq!(parse("1000"), Some(1000));
        assert_eq!(parse(" 999999999 "), Some(999_999_999));
        for typed in ["", "0", "0100", "+100", "1e3", "1000000000", "١٠٠٠", "10 00"] {
            assert_eq!(parse(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_secret_is_printable_ascii_without_spaces() {
        assert!(validate_secret("correct-horse").is_ok());
        for typed in ["short", "with a space in it", "umlaut-äöü-secret", &"x".repeat(65)] {
            assert!(validate_secret(typed).is_err(), "{typed:?}");
        }
    }
}
