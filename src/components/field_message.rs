//! Messages for the error codes of fields, shared by `validator` and the server.

use crate::browser::nfc;
use crate::components::field::FieldKind;
use crate::i18n::{MessageId, change_password, field as t, new_password};
use rekey_wire::password::Policy;

/// Returns the message for a field's error `code`. `fallback` is the English text that came with the code.
#[must_use]
pub(crate) fn field_message(kind: FieldKind, code: &str, fallback: &str, value: &str, policy: Policy) -> String {
    match kind {
        FieldKind::CurrentPassword if code == "required" => change_password::CURRENT_REQUIRED.into(),
        FieldKind::Text | FieldKind::CurrentPassword => text_message(code).map_or_else(|| fallback.to_owned(), Into::into),
        FieldKind::NewPassword => match new_password_message(code) {
            Some(message) => message.format(&[
                ("min", &policy.min_length.to_string()),
                ("max", &policy.max_length.to_string()),
                ("length", &nfc(value).chars().count().to_string()),
            ]),
            None => text_message(code).map_or_else(|| fallback.to_owned(), Into::into),
        },
    }
}

fn text_message(code: &str) -> Option<MessageId> {
    Some(match code {
        "required" => t::REQUIRED,
        "invalid_email" => t::INVALID_EMAIL,
        "email_taken" => crate::i18n::error::EMAIL_TAKEN,
        "too_long" => t::TOO_LONG,
        "invalid_characters" => t::INVALID_CHARACTERS,
        "wrong_password" => t::WRONG_PASSWORD,
        "same_password" => t::SAME_PASSWORD,
        _ => return None,
    })
}

fn new_password_message(code: &str) -> Option<MessageId> {
    Some(match code {
        "required" => new_password::REQUIRED,
        "too_short" => new_password::TOO_SHORT,
        "too_long" => new_password::TOO_LONG,
        "repeated_character" => new_password::REPEATED,
        "sequence" => new_password::SEQUENCE,
        "keyboard_row" => new_password::KEYBOARD_ROW,
        "personal" => new_password::PERSONAL,
        "common" => new_password::COMMON,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::field_message;
    use crate::components::field::FieldKind::{NewPassword, Text};
    use rekey_wire::password::Policy;

    const POLICY: Policy = Policy { min_length: 15, max_length: 256 };

    #[test]
    fn the_reason_names_the_number_asked_for() {
        let message = |code| field_message(NewPassword, code, "", "eleven char", POLICY);
        assert_eq!(message("too_short"), "Use at least 15 characters. You have 11.");
        assert_eq!(message("too_long"), "Use at most 256 characters.");
    }

    #[test]
    fn an_unknown_code_keeps_the_servers_text() {
        for kind in [Text, NewPassword] {
            assert_eq!(field_message(kind, "of_a_newer_version", "Do this.", "", POLICY), "Do this.");
        }
        assert_eq!(field_message(Text, "required", "", "", POLICY), "Fill this in.");
    }
}
