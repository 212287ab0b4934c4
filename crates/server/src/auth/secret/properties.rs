//! Property tests: bearer secrets, valid and forged.

use super::Secret;
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_secret_reads_back(bytes in any::<[u8; 32]>()) {
        let text = Secret(bytes).reveal();
        prop_assert!(text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{text}");
        prop_assert_eq!(Secret::parse(&text).map(|secret| secret.0), Some(bytes));
    }

    #[test]
    fn no_secret_has_a_second_spelling(text in prop_oneof!["[A-Za-z0-9_-]{43}", "[A-Za-z0-9_+/=-]{42,44}", any::<String>()]) {
        if let Some(secret) = Secret::parse(&text) {
            prop_assert_eq!(secret.reveal(), text);
        }
    }

    #[test]
    fn one_wrong_character_is_another_secret_or_none(bytes in any::<[u8; 32]>(), place in 0..43_usize, other in any::<char>()) {
        let text = Secret(bytes).reveal();
        let put = |end: usize| [&text[..place], other.to_string().as_str(), &text[end..]].concat();
        prop_assert!(Secret::parse(&put(place)).is_none(), "one too many");
        prop_assert!(Secret::parse(&[&text[..place], &text[place + 1..]].concat()).is_none(), "one too few");
        let wrong = put(place + 1);
        prop_assert_eq!(Secret::parse(&wrong).is_some_and(|secret| secret.0 == bytes), wrong == text);
    }
}
