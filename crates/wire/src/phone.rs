//! Telephone numbers in free notation.

use std::borrow::Cow;
use validator::ValidationError;

/// Minimum length of a number in characters.
pub const MIN_CHARS: usize = 3;
/// Maximum length of a number in characters.
pub const MAX_CHARS: usize = 32;

/// Checks a number as typed, for `validator`'s derive: digits, spaces and `+-()./`.
///
/// # Errors
/// `too_short`, `too_long` or `invalid_phone`.
pub fn validate(typed: &str) -> Result<(), ValidationError> {
    let number = typed.trim();
    let code = if !number.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c)) || !number.contains(|c: char| c.is_ascii_digit()) {
        "invalid_phone"
    } else if number.len() < MIN_CHARS {
        "too_short"
    } else if number.len() > MAX_CHARS {
        "too_long"
    } else {
        return Ok(());
    };
    Err(ValidationError { code: Cow::Borrowed(code), message: None, params: <_>::default() })
}

#[cfg(test)]
mod tests {
    use super::validate;

    fn code(typed: &str) -> Option<String> {
        validate(typed).err().map(|error| error.code.into_owned())
    }

    #[test]
    fn numbers_as_people_write_them_are_taken() {
        for number in ["112", "+49 (30) 901820", "030/90.18-20", " 5551234 "] {
            assert_eq!(code(number), None, "{number:?}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (typed, expected) in
            [("", "invalid_phone"), ("+-", "invalid_phone"), ("12", "too_short"), ("call me", "invalid_phone"), ("1\n23", "invalid_phone")]
        {
            assert_eq!(code(typed).as_deref(), Some(expected), "{typed:?}");
        }
        assert_eq!(code(&"1".repeat(33)).as_deref(), Some("too_long"));
    }
}
