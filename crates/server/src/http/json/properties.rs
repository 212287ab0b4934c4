//! Property tests: arbitrary bodies and queries.

use super::{MAX_QUERY, parse, parse_query};
use crate::http::error::ApiError;
use axum::response::IntoResponse;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rekey_wire::login::LoginRequest;
use rekey_wire::problem::Problem;
use rekey_wire::users::{Filter, UserPatch};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    #[serde(default)]
    filter: Filter,
    #[serde(default)]
    limit: Option<u32>,
}

/// Returns the problem document that a client receives.
fn told(error: ApiError) -> Problem {
    let status = error.status().as_u16();
    let body = error.into_response().into_body().collect().now_or_never().expect("no waiting").expect("a body").to_bytes();
    assert!(!String::from_utf8_lossy(&body).contains("canary"), "it repeats what was sent");
    let problem: Problem = serde_json::from_slice(&body).expect("a problem document");
    assert_eq!(problem.status, status);
    problem
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z`@\"\\\\]{0,9}", Just("canary".to_owned())]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => text().prop_map(Value::String),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((text(), inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Fields, sometimes unknown or duplicated.
fn fields() -> impl Strategy<Value = Vec<(String, Value)>> {
    let name = prop_oneof![
        9 => select(&["email", "password"][..]).prop_map(str::to_owned),
        1 => select(&["Email", "", "email ", "canary", "ca`nary`", "__proto__"][..]).prop_map(str::to_owned),
        1 => text(),
    ];
    let right = (text(), text(), any::<bool>()).prop_map(|(email, password, turned)| {
        let mut fields = vec![("email".to_owned(), Value::from(email)), ("password".to_owned(), Value::from(password))];
        if turned {
            fields.reverse();
        }
        fields
    });
    prop_oneof![1 => right, 3 => vec((name, value()), 0..4)]
}

fn object(fields: &[(String, Value)], space: &str) -> String {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{}{space}:{value}", json!(name))).collect();
    format!("{space}{{{space}{}}}{space}", pairs.join(&format!(",{space}")))
}

proptest! {
    #[test]
    fn inp_02_a_body_passes_exactly_when_each_field_is_there_once_and_text(fields in fields(), space in "[ \t\r\n]{0,2}") {
        let wanted = |name: &str| match &fields.iter().filter(|field| field.0 == name).collect::<Vec<_>>()[..] {
            [(_, Value::String(text))] if fields.len() == 2 => Some(text.clone()),
            _ => None,
        };
        let expected = wanted("email").zip(wanted("password"));
        match parse::<LoginRequest>(object(&fields, &space).as_bytes()) {
            Ok(login) => prop_assert_eq!(Some((login.email, login.password)), expected),
            Err(error) => {
                let problem = told(error);
                prop_assert_eq!((problem.status, expected), (422, None));
                prop_assert!(problem.errors.keys().all(|field| ["email", "password", "body"].contains(&field.as_str())), "{:?}", problem.errors);
            }
        }
    }

    #[test]
    fn inp_02_what_is_not_one_object_is_a_400(value in value(), before in "[ \t\r\n\u{feff}]{0,2}", after in "[ \t]?[{}\\[\\]\"a,0]{0,3}") {
        let text = format!("{before}{value}{after}");
        let is_object = value.is_object() && !before.contains('\u{feff}') && after.trim().is_empty();
        match parse::<UserPatch>(text.as_bytes()) {
            Ok(_) => prop_assert!(is_object, "{text}"),
            // Of two errors the first is reported.
            Err(error) => prop_assert!(told(error).status == 400 || value.is_object(), "{text}"),
        }
    }

    #[test]
    fn inp_02_bytes_of_any_kind_are_at_worst_refused(bytes in prop_oneof![vec(any::<u8>(), 0..60), "[{}\\[\\]\":,\\\\u0dD8a-z ]{0,60}".prop_map(String::into_bytes)]) {
        if let Err(error) = parse::<LoginRequest>(&bytes) {
            prop_assert!(matches!(told(error).status, 400 | 422));
        }
    }

    #[test]
    fn inp_02_a_query_passes_exactly_when_each_name_is_known_and_there_once(pairs in vec((
        prop_oneof![6 => select(&["filter", "limit"][..]).prop_map(str::to_owned), 1 => text()],
        prop_oneof![3 => select(&["all", "disabled", "All", "1", "100", "-1", "007", "4294967296", "\0", ""][..]).prop_map(str::to_owned), 1 => text()],
    ), 0..4)) {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let once = |name: &str| pairs.iter().filter(|pair| pair.0 == name).count() <= 1;
        let right = |(name, value): &(String, String)| match name.as_str() {
            "filter" => Filter::ALL.into_iter().any(|filter| filter.as_str() == value),
            "limit" => value.parse::<u32>().is_ok(),
            _ => false,
        };
        let expected = pairs.iter().all(right) && once("filter") && once("limit");
        match parse_query::<Listing>(&query) {
            Ok(list) => {
                prop_assert!(expected, "{query} gave {list:?}");
                let said = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str());
                prop_assert_eq!(list.filter.as_str(), said("filter").unwrap_or("all"));
                prop_assert_eq!(list.limit, said("limit").and_then(|limit| limit.parse().ok()));
            }
            Err(error) => {
                let problem = told(error);
                prop_assert!(!expected && problem.status == if query.len() > MAX_QUERY { 414 } else { 422 }, "{query}");
                prop_assert!(problem.errors.keys().all(|field| ["filter", "limit", "query"].contains(&field.as_str())), "{:?}", problem.errors);
            }
        }
    }

    #[test]
    fn inp_02_a_query_of_any_kind_is_at_worst_refused(query in prop_oneof!["[a-z%&=+0-9;]{0,60}", any::<String>()]) {
        if let Err(error) = parse_query::<Listing>(&query) {
            prop_assert!(matches!(told(error).status, 414 | 422));
        }
    }
}
