//! Names of people: any script, one line, without characters that affect terminals or mail headers.

use std::borrow::Cow;
use validator::ValidationError;

/// Maximum length of a name in code points.
pub const MAX_CHARS: usize = 200;

/// Checks a name as typed, for `validator`'s derive.
///
/// # Errors
/// `required`, `too_long` or `invalid_characters` (controls, line breaks and bidirectional controls).
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

/// Returns true for controls, line and paragraph separators, and the bidirectional overrides of UAX #9.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
