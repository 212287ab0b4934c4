//! A new password: the field that knows the rules, and their words.

use crate::api::Error;
use crate::browser::nfc;
use crate::start::Start;
use crate::ui::field::Field;
use crate::words::new_password as w;
use rekey_wire::password::{PasswordError, Policy, check};

/// An empty field for a password that keeps to the server's policy.
#[must_use]
pub(crate) fn new_password_field() -> Field {
    let start = Start::here();
    Field::new(move |typed| {
        let policy = start.policy();
        check(&nfc(typed), policy).err().map(|fault| words_for(fault, policy))
    })
}

/// Shows what the server says of it, `name` there.
pub(crate) fn heed(field: Field, error: &Error, name: &str, policy: Policy) {
    let reason = error.field(name).map(|(code, message)| known(code).map_or_else(|| message.to_owned(), |fault| words_for(fault, policy)));
    if let Some(reason) = reason {
        field.refuse(reason);
    }
}

/// A fault in words that name the number asked for.
#[must_use]
pub(crate) fn words_for(fault: PasswordError, policy: Policy) -> String {
    let word = match fault {
        PasswordError::Required => w::REQUIRED,
        PasswordError::TooShort { length } => {
            return w::TOO_SHORT.with(&[("min", &policy.min_length.to_string()), ("length", &length.to_string())]);
        }
        PasswordError::TooLong => return w::TOO_LONG.with(&[("max", &policy.max_length.to_string())]),
        PasswordError::Repeated => w::REPEATED,
        PasswordError::Sequence => w::SEQUENCE,
        PasswordError::KeyboardRow => w::KEYBOARD_ROW,
        PasswordError::Personal => w::PERSONAL,
        PasswordError::Common => w::COMMON,
    };
    word.text().to_owned()
}

/// The faults that only the server finds, and those that it finds too. How long the password was, it does not say by
/// its code: its own words do.
fn known(code: &str) -> Option<PasswordError> {
    use PasswordError::{Common, KeyboardRow, Personal, Repeated, Required, Sequence, TooLong};
    [Required, TooLong, Repeated, Sequence, KeyboardRow, Personal, Common].into_iter().find(|fault| fault.code() == code)
}

#[cfg(test)]
mod tests {
    use super::words_for;
    use rekey_wire::password::{PasswordError, Policy};

    #[test]
    fn the_reason_names_the_number_asked_for() {
        let policy = Policy { min_length: 15, max_length: 256 };
        assert_eq!(words_for(PasswordError::TooShort { length: 11 }, policy), "Use at least 15 characters. You have 11.");
        assert_eq!(words_for(PasswordError::TooLong, policy), "Use at most 256 characters.");
    }
}
