//! Property tests of inputs that reach the database: cursors and searches.

use crate::support::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Number of inputs, the same in every run: each is a call and several queries.
const CALLS: usize = 150;

fn made_up(strategy: &impl Strategy<Value = String>) -> Vec<String> {
    let mut runner = TestRunner::deterministic();
    (0..CALLS).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

/// Cursors forged with knowledge of their format.
fn cursors() -> impl Strategy<Value = String> {
    let sort = prop_oneof![Just("name"), Just("-email"), Just("extension"), Just("-last_login")];
    let key = prop_oneof![any::<String>(), any::<i64>().prop_map(|number| number.to_string()), Just("'; DROP TABLE users; --".to_owned())];
    let inside = ("[np]", sort, any::<i64>(), key).prop_map(|(way, sort, id, key)| {
        let cursor = URL_SAFE_NO_PAD.encode(format!("{way}\n{sort}\n{id}\n{key}"));
        format!("sort={sort}&cursor={cursor}")
    });
    prop_oneof![4 => inside, 1 => any::<String>().prop_map(|text| query("cursor", &text))]
}

/// Searches with characters that are special to one of the databases.
fn searches() -> impl Strategy<Value = String> {
    let signs = "[a-zé%_\\\\\"'*(){}^:;/ \u{0}\u{301}\u{fffd}\u{ffff}😀ﷺ0-9-]{0,12}";
    prop_oneof![3 => signs, 1 => "(AND|OR|NOT|NEAR|\"|\\*| |-){1,6}", 1 => any::<String>()].prop_map(|text| query("search", &text))
}

fn query(name: &str, value: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

on_both_databases! {
    async fn inp_02_no_cursor_and_no_search_makes_the_database_stumble(app) {
        let admin = app.admin().await;
        for name in ["Zoë Müller", "50% \"off\" _ \\", "Иван Ёлкин"] {
            app.add_user(name, &format!("user{}@example.com", name.len())).await;
        }
        for query in made_up(&cursors()).into_iter().chain(made_up(&searches())) {
            let answer = admin.get(&format!("/api/users?{query}")).await;
            assert!(matches!(answer.status, 200 | 422), "{query}: {} {}", answer.status, String::from_utf8_lossy(&answer.bytes));
        }
        for cursor in made_up(&prop_oneof!["[+-]?[0-9]{0,20}", any::<String>()]) {
            let answer = admin.get(&format!("/api/audit?{}", query("cursor", &cursor))).await;
            assert!(matches!(answer.status, 200 | 422), "{cursor}: {} {}", answer.status, String::from_utf8_lossy(&answer.bytes));
        }
        assert_eq!(admin.get("/api/users").await.expect(200).json()["total"], 4);
    }
}
