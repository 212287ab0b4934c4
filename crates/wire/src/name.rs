//! People's names: any script, one line, nothing that a terminal or a mail header would act on.

use std::borrow::Cow;
use validator::ValidationError;

/// The longest name in code points.
pub const MAX_CHARS: usize = 200;

/// Checks a name as typed, for `validator`'s derive.
///
/// # Errors
/// `required`, `too_long` or `invalid_characters` (controls, line breaks and marks that reorder text).
pub fn validate(typed: &str) -> Result<(), ValidationError> {
    let code = if typed.trim().is_empty() {
        "required"
    } else if typed.trim().chars().count() > MAX_CHARS {
        "too_long"
    } else if typed.trim().chars().any(is_unprintable) {
        "invalid_characters"
    } else {
        return Ok(());
    };
    Err(ValidationError { code: Cow::Borrowed(code), message: None, params: <_>::default() })
}

/// Controls, line and paragraph separators, and the bidirectional overrides of UAX #9.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
