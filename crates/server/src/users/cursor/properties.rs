//! What holds of any cursor, and of any text that is passed off as one.

use super::{Cursor, Key};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use proptest::sample::select;
use rekey_wire::users::{Sort, SortKey};

fn sort() -> impl Strategy<Value = Sort> {
    let key = select(&[SortKey::Name, SortKey::Email, SortKey::Extension, SortKey::LastLogin][..]);
    (key, any::<bool>()).prop_map(|(key, descending)| Sort { key, descending })
}

/// Any that a page may hold; the database keeps no NUL.
fn cursor() -> impl Strategy<Value = Cursor> {
    (sort(), any::<bool>(), any::<i64>(), any::<i64>(), any::<String>()).prop_map(|(sort, backward, id, number, text)| {
        let key = match sort.key {
            SortKey::Name | SortKey::Email => Key::Text(text.replace('\0', "\n")),
            SortKey::Extension | SortKey::LastLogin => Key::Number(number),
        };
        Cursor { backward, sort, key, id }
    })
}

/// Nearly one, by somebody who knows what is inside.
fn forged() -> impl Strategy<Value = String> {
    let number = || prop_oneof!["[+-]?0{0,2}[0-9]{1,20}", " ?[0-9]{0,3} ?", any::<i64>().prop_map(|number| number.to_string())];
    let key = prop_oneof![number(), any::<String>(), Just("'; DROP TABLE users; --".to_owned()), Just("a\0b".to_owned())];
    let sort = prop_oneof![3 => sort().prop_map(|sort| sort.as_str().to_owned()), 1 => "-{0,2}(name|email|id|password_hash)"];
    let written = ("[np]|[a-z]?", sort, number(), key).prop_map(|(way, sort, id, key)| format!("{way}\n{sort}\n{id}\n{key}"));
    prop_oneof![
        8 => written.prop_map(|text| URL_SAFE_NO_PAD.encode(text)),
        1 => "[A-Za-z0-9_=-]{0,60}",
        1 => any::<String>(),
    ]
}

proptest! {
    #[test]
    fn every_cursor_reads_back_for_its_sort_alone(cursor in cursor(), other in sort()) {
        let text = cursor.write();
        let sort = cursor.sort;
        prop_assert_eq!(Cursor::read(&text, sort), Some(cursor));
        prop_assert_eq!(Cursor::read(&text, other).is_some(), other == sort);
    }

    #[test]
    fn nothing_is_read_but_what_was_written(text in forged(), sort in sort()) {
        if let Some(cursor) = Cursor::read(&text, sort) {
            prop_assert_eq!(cursor.write(), text, "a second spelling of {:?}", cursor);
            prop_assert!(!matches!(&cursor.key, Key::Text(key) if key.contains('\0')), "PostgreSQL cannot be asked about NUL");
        }
    }
}
