//! Property tests: email addresses.

use super::Address;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rekey_wire::email::{EmailError, MAX_BYTES};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Input known to break other programs: letters that fold to other letters, look-alikes of `@` and `.`, joiners, control characters.
const PIECES: &[&str] = &[
    "ı",
    "İ",
    "ß",
    "ẞ",
    "ς",
    "Σ",
    "ﬁ",
    "ǅ",
    "\u{212a}",
    "\u{212b}",
    "\u{308}",
    "\u{345}",
    "é",
    "e\u{301}",
    "日本",
    "ｅ",
    "😀",
    "．",
    "。",
    "＠",
    "﹫",
    "℀",
    "①",
    "xn--",
    "xn--gthub-n4a",
    "--",
    "\r\n",
    "\n",
    "\0",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "%0d%0a",
    "%00",
    ",b@c.io",
    ";b@c.io",
    " b@c.io",
    "<",
    ">",
    "\"",
    "(",
    ")",
    ":",
    "\\",
    "[",
    "]",
    "..",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => "[a-zA-Z0-9]{1,8}",
        4 => "[a-z][.+_'!#=-][a-z]",
        3 => select(PIECES).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

fn pieces() -> impl Strategy<Value = String> {
    vec(piece(), 1..4).prop_map(|pieces| pieces.concat())
}

/// Near-valid addresses, and occasionally arbitrary strings.
fn typed() -> impl Strategy<Value = String> {
    let near = (pieces(), vec(pieces(), 1..4), select(&["com", "io", "de", "рф", "c0m", "1"][..]));
    prop_oneof![
        9 => near.prop_map(|(local, labels, top)| format!("{local}@{}.{top}", labels.join("."))),
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn what_is_accepted_is_one_recipient_on_one_line(typed in typed()) {
        if let Ok(address) = Address::parse(&typed) {
            let text = address.as_str();
            let (local, domain) = text.split_once('@').expect("an address has an @");
            prop_assert!(!local.is_empty() && !domain.contains('@') && text.len() <= MAX_BYTES);
            prop_assert!(!text.contains(|c: char| c.is_control() || c.is_whitespace() || ",;:<>()[]\\\"".contains(c)), "{text:?}");
            prop_assert!(domain.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte)), "{text:?}");
            // `lettre` must parse it to the same address.
            let recipient = text.parse::<lettre::Address>().ok().map(|recipient| recipient.to_string());
            prop_assert_eq!(recipient.as_deref(), Some(text));
        }
    }

    #[test]
    fn the_canonical_form_of_anything_is_its_own(typed in typed()) {
        if let Ok(address) = Address::parse(&typed) {
            prop_assert!(is_nfc(address.as_str()));
            prop_assert_eq!(Address::parse(address.as_str()), Ok(address));
        }
    }

    #[test]
    fn case_space_and_unicode_form_make_no_second_address(typed in typed(), before in "[ \t\u{a0}]{0,2}", after in "[ \t\u{a0}]{0,2}") {
        if let Ok(address) = Address::parse(&typed) {
            for spelt in [[before.as_str(), &typed, &after].concat(), typed.to_ascii_uppercase(), typed.to_ascii_lowercase()] {
                prop_assert_eq!(Address::parse(&spelt), Ok(address.clone()), "{:?}", spelt);
            }
            // The decomposed form is longer and may exceed the limit.
            match Address::parse(&typed.nfd().collect::<String>()) {
                Ok(apart) => prop_assert_eq!(apart, address),
                Err(fault) => prop_assert!(matches!(fault, EmailError::TooLong) || is_long(&typed), "{:?}: {:?}", typed, fault),
            }
        }
    }
}

/// Returns whether some part may exceed its limit when decomposed.
fn is_long(typed: &str) -> bool {
    typed.nfd().collect::<String>().split(['@', '.']).any(|part| part.len() > 62)
}
