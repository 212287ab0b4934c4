//! What holds of any text that a person types into a form.

use super::write;
use proptest::collection::vec;
use proptest::prelude::*;
use rekey_wire::login::LoginRequest;
use rekey_wire::users::{ResetMany, UserPatch};

proptest! {
    #[test]
    fn a_strict_reader_reads_the_same(email in any::<String>(), password in any::<String>()) {
        let text = write(&LoginRequest { email: email.clone(), password: password.clone() }).expect("text is all there is");
        let read: LoginRequest = serde_json::from_str(&text).expect("JSON");
        prop_assert_eq!((read.email, read.password), (email, password));
    }

    #[test]
    fn null_lists_and_what_is_left_out_read_back(name in any::<Option<String>>(), email in any::<Option<Option<String>>>(), ids in vec(any::<String>(), 0..4)) {
        let text = write(&UserPatch { name: name.clone(), email: email.clone(), ..UserPatch::default() }).expect("text and null");
        let read: UserPatch = serde_json::from_str(&text).expect("JSON");
        prop_assert_eq!((read.name, read.email), (name, email));
        let text = write(&ResetMany { ids: ids.clone() }).expect("a list of text");
        prop_assert_eq!(serde_json::from_str::<ResetMany>(&text).expect("JSON").ids, ids);
    }
}
