//! Rules for new passwords: NIST SP 800-63B-4 section 3.1.1.2.
//!
//! Length and a blocklist only: no composition rules, no hints, no expiry. The rules here need no list, so the form applies them while typing; the
//! server adds the list of breached and common passwords. All functions take text in NFC: the browser has `normalize`, the server a crate.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use validator::ValidationError;

/// Maximum length in code points; longer passwords are rejected, never truncated (NIST requires at least 64).
pub const MAX_LENGTH: u32 = 256;
/// Minimum value of `REKEY_PASSWORD_MIN_LENGTH`.
pub const LEAST_MIN_LENGTH: u32 = 8;
/// Default minimum length where a password is the only factor.
pub const DEFAULT_MIN_LENGTH: u32 = 15;

/// Length policy, in code points.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Policy {
    /// Minimum length.
    pub min_length: u32,
    /// Maximum length.
    pub max_length: u32,
}

/// Reason why a new password is rejected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PasswordError {
    /// Empty.
    Required,
    /// Shorter than the policy.
    TooShort {
        /// Length in code points.
        length: u32,
    },
    /// Longer than the policy.
    TooLong,
    /// One repeated character.
    Repeated,
    /// `abcdef…`, `987654…`, and parts of such sequences.
    Sequence,
    /// A walk along rows or columns of the keyboard.
    KeyboardRow,
    /// The brand, or the owner's name or address, with or without a suffix.
    Personal,
    /// On the list of breached and common passwords (checked by the server).
    Common,
}

impl PasswordError {
    /// Returns the error code for a problem document.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooShort { .. } => "too_short",
            Self::TooLong => "too_long",
            Self::Repeated => "repeated_character",
            Self::Sequence => "sequence",
            Self::KeyboardRow => "keyboard_row",
            Self::Personal => "personal",
            Self::Common => "common",
        }
    }

    /// Returns English text for the problem document; the pages have a translation for each code.
    #[must_use]
    pub fn message(self, policy: Policy) -> String {
        match self {
            Self::Required => "Enter a new password.".to_owned(),
            Self::TooShort { length } => format!("Use at least {} characters. You have {length}.", policy.min_length),
            Self::TooLong => format!("Use at most {} characters.", policy.max_length),
            Self::Repeated => "Use more than one character over and over.".to_owned(),
            Self::Sequence => "Avoid runs like abcdef or 123456.".to_owned(),
            Self::KeyboardRow => "Avoid rows of the keyboard like qwertyuiop.".to_owned(),
            Self::Personal => "Avoid your name, your address and the name of this service.".to_owned(),
            Self::Common => {
                "This password is on a list of common or leaked ones, or is one of them with something added. Choose another.".to_owned()
            }
        }
    }
}

/// Checks length and patterns. `password` must be in NFC; it is neither trimmed nor folded.
///
/// # Errors
/// The first [`PasswordError`] found: length first, as it is visible to the user.
pub fn check(password: &str, policy: Policy) -> Result<(), PasswordError> {
    check_length(password, policy)?;
    check_patterns(password)
}

/// Like [`check`], for `validator`'s derive. The message includes the policy's limits.
///
/// # Errors
/// The error code and message.
pub fn validate(password: &str, policy: &Policy) -> Result<(), ValidationError> {
    check(password, *policy).map_err(|error| ValidationError {
        code: Cow::Borrowed(error.code()),
        message: Some(error.message(*policy).into()),
        params: <_>::default(),
    })
}

/// Checks the length in code points (NIST SP 800-63B-4 section 3.1.1.2).
///
/// # Errors
/// `Required`, `TooShort` or `TooLong`.
pub fn check_length(password: &str, policy: Policy) -> Result<(), PasswordError> {
    let length = u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
    match length {
        0 => Err(PasswordError::Required),
        _ if length < policy.min_length => Err(PasswordError::TooShort { length }),
        _ if length > policy.max_length => Err(PasswordError::TooLong),
        _ => Ok(()),
    }
}

/// Rejects passwords of any length that are predictable from their first few characters.
///
/// # Errors
/// `Repeated`, `Sequence` or `KeyboardRow`.
pub fn check_patterns(password: &str) -> Result<(), PasswordError> {
    let lower: Vec<char> = password.chars().flat_map(char::to_lowercase).collect();
    if all_steps(&lower, |a, b| a == b) {
        return Err(PasswordError::Repeated);
    }
    if is_walk(&lower, WALK, next) {
        return Err(PasswordError::Sequence);
    }
    if is_walk(&lower, WALK, step) {
        return Err(PasswordError::KeyboardRow);
    }
    Ok(())
}

fn all_steps(text: &[char], step: impl Fn(char, char) -> bool) -> bool {
    text.windows(2).all(|pair| step(pair[0], pair[1]))
}

/// Directions of a step, as bit flags; both if ambiguous.
pub type Steps = u8;
const FORWARD: Steps = 1;
const BACK: Steps = 2;
/// Compatible with either direction.
pub const BOTH: Steps = FORWARD | BACK;

/// Returns the step between neighbours in an alphabet or the digits, wrapping around at the end: `yzab`, `1098`.
fn next(a: char, b: char) -> Steps {
    let follows =
        |a: char, b: char| u32::from(a) + 1 == u32::from(b) || matches!((a, b), ('9', '0') | ('0', '1') | ('z', 'a') | ('я', 'а'));
    (FORWARD * u8::from(follows(a, b))) | (BACK * u8::from(follows(b, a)))
}

/// Sequences of keys on the most common layouts: rows, rows with shift, columns, alternating rows; and the number pad.
const WAYS: [&str; 31] = [
    "1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "!@#$%^&*()_+",
    "!\"£$%^&*()_+",
    "1qaz",
    "!qaz",
    "2wsx",
    "@wsx",
    "3edc",
    "#edc",
    "4rfv",
    "$rfv",
    "5tgb6yhn7ujm8ik,9ol.",
    "1q2w3e4r5t6y7u8i9o0p",
    "qawsedrftgyhujikolp",
    "azsxdcfvgbhnjmk",
    "147",
    "258",
    "369",
    "qwertzuiopü+",
    "asdfghjklöä#",
    "yxcvbnm,.-",
    "!\"§$%&/()=?",
    "&é\"'(-è_çà)=",
    "azertyuiop^$",
    "qsdfghjklmù*",
    "wxcvbn,;:!",
    "йцукенгшщзхъ",
    "фывапролджэ",
];

/// Returns the direction from one lower-case character to another in the alphabet or on a keyboard; 0 if they are not adjacent.
#[must_use]
pub fn step(a: char, b: char) -> Steps {
    WAYS.iter().fold(next(a, b), |steps, way| {
        let at = |key| way.chars().position(|c| c == key);
        match (at(a), at(b)) {
            (Some(i), Some(j)) if i + 1 == j => steps | FORWARD,
            (Some(i), Some(j)) if i == j + 1 => steps | BACK,
            _ => steps,
        }
    })
}

/// Minimum length of a walk.
pub const WALK: usize = 3;

/// Returns whether the text consists of walks of at least `least` characters, each in one direction, back to back: `abcdefg7654321`,
/// `qwertyuiopasdfg`, `asdfasdfasdfasd`.
pub fn is_walk(text: &[char], least: usize, step: impl Fn(char, char) -> Steps) -> bool {
    let (mut length, mut direction) = (1, BOTH);
    for pair in text.windows(2) {
        direction &= step(pair[0], pair[1]);
        if direction == 0 {
            if length < least {
                return false;
            }
            (length, direction) = (0, BOTH);
        }
        length += 1;
    }
    // The last walk may be truncated by the end of the password.
    text.len() >= least
}

#[cfg(test)]
mod tests {
    use super::{PasswordError, Policy, check};
    use crate::account::ChangePassword;
    use crate::problem::field_errors;
    use crate::reset::{RedeemRequest, Token};
    use validator::ValidateArgs;

    const POLICY: Policy = Policy { min_length: 15, max_length: 256 };

    #[test]
    fn length_is_counted_in_code_points() {
        assert_eq!(check("", POLICY), Err(PasswordError::Required));
        assert_eq!(check("fourteen chars", POLICY), Err(PasswordError::TooShort { length: 14 }));
        assert_eq!(check("fifteen charsäö", POLICY), Ok(()));
        assert_eq!(check(&"ab cd ".repeat(43), POLICY), Err(PasswordError::TooLong));
    }

    #[test]
    fn patterns_are_refused_at_any_length() {
        for (password, error) in [
            ("aaaaaaaaaaaaaaaaaaaa", PasswordError::Repeated),
            ("AaAaAaAaAaAaAaAaAaAa", PasswordError::Repeated),
            ("123456789012345678", PasswordError::Sequence),
            ("zyxwvutsrqponmlkj", PasswordError::Sequence),
            ("abcdefghijklmnopqrstuvwxyzabc", PasswordError::Sequence),
            ("qwertyuiopasdfghjkl", PasswordError::KeyboardRow),
            ("qwertzuiopasdfghjkl", PasswordError::KeyboardRow),
            ("azertyuiopqsdfghjklm", PasswordError::KeyboardRow),
            ("asdfasdfasdfasdfa", PasswordError::KeyboardRow),
            ("QwErTyUiOp1234567890", PasswordError::KeyboardRow),
            // Backwards, from the middle, wrapping around, in parts, with shift.
            ("890123456789012", PasswordError::Sequence),
            ("765432109876543", PasswordError::Sequence),
            ("123456789123456", PasswordError::Sequence),
            ("abcdefgh12345678", PasswordError::Sequence),
            ("ABCdefGHIjklMNO", PasswordError::Sequence),
            ("абвгдежзийклмноп", PasswordError::Sequence),
            ("poiuytrewqlkjhgfdsa", PasswordError::KeyboardRow),
            ("qwertyabcdefghij", PasswordError::KeyboardRow),
            ("qwertyuiop123456", PasswordError::KeyboardRow),
            ("!@#$%^&*()_+!@#$", PasswordError::KeyboardRow),
            ("!\"§$%&/()=?!\"§$%", PasswordError::KeyboardRow),
            ("&é\"'(-è_çà&é\"'(-", PasswordError::KeyboardRow),
            ("1qaz2wsx3edc4rfv", PasswordError::KeyboardRow),
            ("1QAZ@WSX3EDC$RFV", PasswordError::KeyboardRow),
            ("zaq12wsxcde34rfv", PasswordError::KeyboardRow),
            ("qazwsxedcrfvtgb", PasswordError::KeyboardRow),
            ("1q2w3e4r5t6y7u8i9o", PasswordError::KeyboardRow),
            ("147258369147258", PasswordError::KeyboardRow),
            ("ЙЦУКЕНгшщзхъфыва", PasswordError::KeyboardRow),
        ] {
            assert_eq!(check(password, POLICY), Err(error), "{password}");
        }
    }

    #[test]
    fn every_request_with_a_new_password_applies_the_rules() {
        let redeem = |password: &str| {
            let request = RedeemRequest { token: Token("t".into()), password: password.into() };
            request.validate_with_args(&POLICY).err().map(|errors| field_errors(&errors)["password"][0].clone())
        };
        let change = |password: &str| {
            let request = ChangePassword { current_password: "x".into(), new_password: password.into() };
            request.validate_with_args(&POLICY).err().map(|errors| field_errors(&errors)["new_password"][0].clone())
        };
        for password in ["", "fourteen chars", "aaaaaaaaaaaaaaaaaaaa", "correct horse battery staple"] {
            let rule = check(password, POLICY).err().map(|error| (error.code().to_owned(), error.message(POLICY)));
            for found in [redeem(password), change(password)] {
                assert_eq!(found.map(|error| (error.code, error.message)), rule, "{password:?}");
            }
        }
        let empty = ChangePassword { current_password: String::new(), new_password: String::new() };
        let errors = empty.validate_with_args(&POLICY).err().map(|errors| field_errors(&errors)).unwrap_or_default();
        assert_eq!(errors.into_keys().collect::<Vec<_>>(), ["current_password", "new_password"]);
    }

    #[test]
    fn sentences_pass() {
        for password in [
            "correct horse battery staple",
            "Tuesday is laundry day",
            "пароль на вторник утром",
            "ÄÖÜ sind Umlaute im Alphabet",
            "8301 9472 6518 3847",
            "qwerty is where I begin",
            "aaaaaaaaaaaaaaaaaaaaab",
            "ababababababababab",
        ] {
            assert_eq!(check(password, POLICY), Ok(()), "{password}");
        }
    }
}
