//! What holds of any text in a query.

use super::{decode, encode};
use proptest::prelude::*;

proptest! {
    #[test]
    fn whatever_is_encoded_reads_back(text in any::<String>()) {
        let encoded = encode(&text);
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte)), "{encoded}");
        prop_assert_eq!(decode(&encoded), Some(text.clone()));
        // The browser and the server read the same out of it.
        let pairs: Vec<_> = url::form_urlencoded::parse(format!("x={encoded}&y=1").as_bytes()).into_owned().collect();
        prop_assert_eq!(pairs, [("x".to_owned(), text), ("y".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn what_is_not_properly_encoded_is_nothing(text in prop_oneof!["[a-z%0-9A-F+]{0,12}", any::<String>()]) {
        if let Some(decoded) = decode(&text) {
            prop_assert_eq!(decode(&encode(&decoded)), Some(decoded));
            let is_escape = |rest: &str| rest.get(..2).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
            prop_assert!(text.split('%').skip(1).all(is_escape), "{text}");
        }
    }
}
