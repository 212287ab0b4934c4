//! Invalid request bodies: too large, too slow, malformed.

use crate::calls::{self, Call};
use crate::support::*;
use std::time::{Duration, Instant};

/// Maximum size of a body.
const LIMIT: usize = 16 * 1024;
/// Part of every rejected input; no response may contain it.
const CANARY: &str = "canary4711";

/// Asserts that an error is a 4xx problem document that contains no input.
#[track_caller]
fn refused(answer: &Response, what: &str) {
    let text = String::from_utf8_lossy(&answer.bytes);
    assert!((400..500).contains(&answer.status), "{what}: {} {text}", answer.status);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
    assert_eq!(answer.json()["status"], answer.status, "{what}");
    silent(answer, what);
}

/// Asserts that a response contains no input.
#[track_caller]
fn silent(answer: &Response, what: &str) {
    let headers = format!("{:?}", answer.headers);
    let text = String::from_utf8_lossy(&answer.bytes);
    assert!(!text.contains(CANARY) && !headers.contains(CANARY), "{what}: the answer repeats what was sent: {headers} {text}");
}

/// Returns a valid body padded with white space, or only white space for a call without a body.
fn padded(call: &Call, length: usize) -> Vec<u8> {
    let body = if call.takes_body { call.body() } else { json!({}) };
    let mut body = body.to_string().into_bytes();
    body.resize(length, b' ');
    body
}

on_both_databases! {
    async fn inp_01_a_body_over_16_kib_is_413_however_it_is_announced(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        for call in calls::changing(&app, &jo).await {
            let large = padded(&call, LIMIT + 1);
            let answer = call.send_bytes(&admin, &large).await;
            assert_eq!((answer.status, answer.code().as_str()), (413, "payload_too_large"), "{call:?}");
            assert_eq!(call.send_bytes(&app.client(), &vec![b' '; 1_000_000]).await.status, 413, "{call:?}, a client and a megabyte");
            if !call.takes_body {
                continue;
            }
            let chunks = futures_util::stream::iter(large.chunks(4000).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>());
            let chunked = call.request(&admin).header("content-type", "application/json").body(reqwest::Body::wrap_stream(chunks));
            let answer = admin.send(chunked).await;
            assert_eq!((answer.status, answer.code().as_str()), (413, "payload_too_large"), "{call:?}, in chunks");
            let client = if call.path == "/api/session" { app.client() } else { admin.clone() };
            let fitting = call.send_bytes(&client, &padded(&call, LIMIT)).await;
            assert!(!matches!(fitting.status, 400 | 413), "{call:?}: 16 KiB are read: {}", fitting.status);
        }
    }

    async fn inp_02_malformed_json_is_4xx_and_inp_03_never_repeated_in_the_response(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        for call in calls::changing(&app, &jo).await.iter().filter(|call| call.takes_body) {
            for (what, body) in nasty_bodies(call) {
                refused(&call.send_bytes(&admin, &body).await, &format!("{call:?} {what}"));
            }
            for (what, body) in nasty_fields(call) {
                let client = if call.path == "/api/session" { app.client() } else { admin.clone() };
                let answer = call.send_bytes(&client, &body).await;
                match answer.status {
                    // Unknown ids are skipped and returned.
                    202 if call.path == "/api/users/password-resets" => assert_eq!(answer.json()["queued"], json!([]), "{what}"),
                    _ => refused(&answer, &format!("{call:?} {what}")),
                }
            }
        }
        assert_ne!(admin.get("/api/session").await.json()["user"], Value::Null, "the admin is still logged in");
        assert_eq!(admin.get("/api/users").await.json()["total"], 2, "nobody came of it");
    }

    async fn inp_02_queries_paths_and_headers_are_refused_as_strictly(app) {
        let admin = app.admin().await;
        let forged = |text: &str| { use base64::Engine; base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text) };
        let far = forged("n\nlast_login\n9223372036854775807\n-9223372036854775808");
        let queries = [
            "search=%00canary4711", "search=%ffcanary4711", "search=%ed%a0%80", "search=%f5%80%80%80", "filter=canary4711", "sort=canary4711", "sort=--name",
            "sort=", "limit=canary4711", "limit=0", "limit=101", "limit=-1", "limit=1e1", "limit=99999999999999999999", "limit=1&limit=2", "limit=%31%00",
            "cursor=canary4711", "cursor=%00", "canary4711=1", "canary4711", "search[]=x", "search=x&search=y", "=", "limit", "%00=x", "search%00=x",
        ];
        let long = format!("search={}{CANARY}", "x".repeat(301));
        let longest = format!("search={}{CANARY}", "%61".repeat(2000));
        let cursors = ["n\nname\n1\na\0b", "n\nname\nx\na", "n\nemail\n1\na", "q\nname\n1\na", "n\nname\n99999999999999999999\na"].map(|text| format!("cursor={}", forged(text)));
        for query in queries.map(str::to_owned).iter().chain(&cursors).chain([&long, &longest]) {
            refused(&admin.get(&format!("/api/users?{query}")).await, query);
        }
        for query in ["cursor=x", "cursor=", "cursor=1.5", "cursor=99999999999999999999", "cursor=%00", "limit=0", "limit=101", "canary4711=1", "limit=1&limit=1"] {
            refused(&admin.get(&format!("/api/audit?{query}")).await, query);
        }
        let harmless = ["", "&&", "search=", "search=%25%5F%22%27%5C%3B--", "search=%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80", "search=%CC%81%CC%81%CC%81", "search=%C2%A0", "search=NEAR(a+b)+OR+*", "search=99999999999999999999", "search=%EF%BF%BF%F4%8F%BF%BF"];
        for query in harmless.map(str::to_owned).iter().chain([&format!("sort=last_login&cursor={far}"), &format!("cursor={}", forged("p\nname\n-1\n\u{10ffff}\n\u{301}"))]) {
            assert_eq!(admin.get(&format!("/api/users?{query}")).await.status, 200, "{query}");
        }
        let cookie = admin.cookie().expect("a cookie");
        let ids = ["0", "-1", "+1", "01", "1e0", "0x1", "%31%00", "%00", "%ff", "%ed%a0%80", "..", "%2e%2e", "1%2f..%2f1", "canary4711", "%EF%BC%91", "9223372036854775808", "99999999999999999999999", "1;x", "1%20", "*", "{id}"];
        for id in ids {
            for (method, end) in [("GET", ""), ("PATCH", ""), ("POST", "/password-reset")] {
                let body = if method == "PATCH" { r#"{"name":"Jo"}"# } else { "" };
                let head = format!("{method} /api/users/{id}{end} HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
                let answer = raw_http::exchange(&app.base, head.as_bytes(), body.as_bytes()).await;
                refused(&answer, &format!("{method} {id}{end}"));
                assert_eq!(answer.status, 404, "{method} {id}{end}");
            }
        }
    }
}

#[tokio::test]
async fn inp_02_every_length_is_held_to_the_character() {
    let app = TestApp::start(Database::Sqlite).await;
    let admin = app.admin().await;
    let add = async |name: String, email: String| admin.post("/api/users", json!({"name": name, "email": email})).await;
    let address = |local: usize| format!("{}@example.com", "l".repeat(local));
    add("é".repeat(200), address(64)).await.expect(201);
    assert_eq!(add("é".repeat(201), address(8)).await.field("name"), "too_long");
    assert_eq!(add("Jo".to_owned(), address(65)).await.field("email"), "invalid_email");
    let of = |path: &str, length: usize| format!("{path}{}", "x".repeat(length));
    admin.get(&of("/api/users?search=", 300)).await.expect(200);
    assert_eq!(admin.get(&of("/api/users?search=", 301)).await.expect(422).field("search"), "invalid_value");
    let padded = |length: usize| format!("/api/users?search=x{}", "&".repeat(length - "search=x".len()));
    admin.get(&padded(4096)).await.expect(200);
    assert_eq!(admin.get(&padded(4097)).await.expect(414).code(), "uri_too_long");
}

/// Returns bodies that are not the object that the call expects, each with a name.
fn nasty_bodies(call: &Call) -> Vec<(String, Vec<u8>)> {
    let valid = call.body();
    let text = valid.to_string();
    let (field, value) = valid.as_object().and_then(|fields| fields.iter().next()).expect("a field");
    let inner = text.trim_start_matches('{').trim_end_matches('}');
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut bodies: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("white space", b" \r\n\t".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"4711".to_vec()),
        ("a string", format!("\"{CANARY}\"").into_bytes()),
        ("an array", b"[]".to_vec()),
        ("the object in an array", format!("[{text}]").into_bytes()),
        (
            "the fields in an array",
            Value::from(valid.as_object().expect("fields").values().cloned().collect::<Vec<_>>()).to_string().into_bytes(),
        ),
        ("two objects", format!("{text}{text}").into_bytes()),
        ("trailing bytes", format!("{text}{CANARY}").into_bytes()),
        ("a trailing NUL", format!("{text}\0").into_bytes()),
        ("a trailing comma", format!("{{{inner},}}").into_bytes()),
        ("a byte order mark", format!("\u{feff}{text}").into_bytes()),
        ("UTF-16", utf16),
        ("cut off", text.as_bytes()[..text.len() - 1].to_vec()),
        ("single quotes", text.replace('"', "'").into_bytes()),
        ("a comment", format!("/*{CANARY}*/{text}").into_bytes()),
        ("an unknown field", format!("{{{inner},\"{CANARY}\":1}}").into_bytes()),
        ("an unknown field that hides", format!("{{{inner},\"__proto__\":{{\"role\":\"admin\"}}}}").into_bytes()),
        ("a field in another case", format!("{{{inner},\"{}\":{value}}}", field.to_uppercase()).into_bytes()),
        ("a field twice", format!("{{{inner},\"{field}\":{value}}}").into_bytes()),
        (
            "a field twice, once escaped",
            format!("{{{inner},\"\\u{:04x}{}\":{value}}}", u32::from(field.as_bytes()[0]), &field[1..]).into_bytes(),
        ),
        ("NaN", format!("{{\"{field}\":NaN}}").into_bytes()),
        ("a number beyond all bounds", format!("{{\"{field}\":1e9999}}").into_bytes()),
        ("depth", format!("{{\"{field}\":{}", "[".repeat(16_000)).into_bytes()),
        ("depth that ends", format!("{{\"{field}\":{}{}}}", "[".repeat(7000), "]".repeat(7000)).into_bytes()),
        ("deep objects", format!("{{\"{field}\":{}", "{\"a\":".repeat(3000)).into_bytes()),
        ("invalid UTF-8", [b"{\"", field.as_bytes(), b"\":\"canary4711\xff\xfe\"}"].concat()),
        ("UTF-8 of a surrogate", [b"{\"", field.as_bytes(), b"\":\"canary4711\xed\xa0\x80\"}"].concat()),
        ("an overlong NUL", [b"{\"", field.as_bytes(), b"\":\"canary4711\xc0\x80\"}"].concat()),
        ("a lone surrogate", format!("{{\"{field}\":\"{CANARY}\\ud800\"}}").into_bytes()),
        ("half a pair the wrong way round", format!("{{\"{field}\":\"\\udc00\\ud800\"}}").into_bytes()),
        ("a bare NUL", format!("{{\"{field}\":\"{CANARY}\0\"}}").into_bytes()),
        ("a bare line break", format!("{{\"{field}\":\"{CANARY}\n\"}}").into_bytes()),
        ("an escape that is none", format!("{{\"{field}\":\"{CANARY}\\x00\"}}").into_bytes()),
    ];
    // A call without required fields accepts an empty object.
    if call.method != "PATCH" {
        bodies.push(("no field", b"{}".to_vec()));
    }
    bodies.into_iter().map(|(what, body)| (what.to_owned(), body)).collect()
}

/// Returns the expected object with one invalid field.
fn nasty_fields(call: &Call) -> Vec<(String, Vec<u8>)> {
    let wrong = [
        json!(4711),
        json!(true),
        json!({CANARY: 1}),
        json!([[CANARY]]),
        json!([4711, CANARY]),
        json!("\0"),
        json!(format!("{CANARY}\0")),
        json!(CANARY.repeat(1000)),
    ];
    let valid = call.body();
    let mut bodies = Vec::new();
    for (field, value) in valid.as_object().expect("fields") {
        for wrong in &wrong {
            let mut body = valid.clone();
            // For a list of texts the texts are replaced.
            body[field] = if value.is_array() && wrong.is_string() { json!([wrong]) } else { wrong.clone() };
            bodies.push((format!("{field}: {wrong:.60}"), body.to_string().into_bytes()));
        }
    }
    bodies
}

#[tokio::test]
async fn inp_01_a_slow_body_is_408_after_ten_seconds_and_the_connection_ends() {
    let app = TestApp::start(Database::Sqlite).await;
    let head = "POST /api/password-resets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let started = Instant::now();
    let stalls =
        ["content-length: 30\r\n\r\n{\"email\"", "content-length: 30\r\n\r\n", "transfer-encoding: chunked\r\n\r\n8\r\n{\"email\""];
    let waits = stalls.map(|rest| {
        let (base, request) = (app.base.clone(), format!("{head}{rest}"));
        tokio::task::spawn_blocking(move || {
            let mut connection = Connection::open(&base);
            connection.send(request.as_bytes());
            connection.read_to_close()
        })
    });
    for answer in futures_util::future::join_all(waits).await {
        let answer = answer.expect("no panic");
        assert_eq!((answer.status, answer.code().as_str()), (408, "request_timeout"));
        assert_eq!((answer.header("connection").as_str(), answer.header("x-content-type-options").as_str()), ("close", "nosniff"));
    }
    let took = started.elapsed();
    assert!((Duration::from_secs(10)..Duration::from_secs(20)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn inp_01_a_body_announced_as_too_large_is_refused_before_it_is_sent() {
    let app = TestApp::start(Database::Sqlite).await;
    let head = "POST /api/password-resets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: 1000000";
    let answer = raw_http::exchange(&app.base, head.as_bytes(), b"").await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "payload_too_large"), "and not 100");
}

#[tokio::test]
async fn inp_02_lengths_that_contradict_each_other_are_refused() {
    let app = TestApp::start(Database::Sqlite).await;
    let start = "POST /api/password-resets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    let plain = raw_http::exchange(&app.base, format!("{start}content-length: 5").as_bytes(), b"{}   ").await;
    assert_eq!((plain.status, plain.field("email").as_str()), (422, "required"), "with one length it is read");
    for length in [
        "content-length: 5\r\ncontent-length: 6",
        "content-length: 5, 6",
        "content-length: -1",
        "content-length: +5",
        "content-length: 0x5",
        "content-length: 99999999999999999999999999",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: xchunked",
    ] {
        let answer = raw_http::exchange(&app.base, format!("{start}{length}").as_bytes(), b"{}   ").await;
        assert_eq!(answer.status, 400, "{length}");
    }
}

#[tokio::test]
async fn inp_03_no_part_of_a_request_comes_back_in_a_refusal() {
    let app = TestApp::start(Database::Sqlite).await;
    let admin = app.admin().await;
    let cookie = admin.cookie().expect("a cookie");
    let body = format!("{{\"email\":\"{CANARY}\"}}");
    for path in [
        format!("/api/{CANARY}"),
        format!("/{CANARY}"),
        format!("/{CANARY}.js?{CANARY}"),
        format!("/api/users/{CANARY}?{CANARY}={CANARY}"),
        "/api/password-resets".to_owned(),
        "/login".to_owned(),
    ] {
        for method in ["GET", "POST", "TRACE", "OPTIONS", CANARY] {
            let head = format!(
                "{method} {path} HTTP/1.1\r\nhost: {CANARY}.example\r\nuser-agent: {CANARY}\r\nreferer: http://{CANARY}/\r\norigin: http://{CANARY}\r\naccept: text/{CANARY}\r\nx-{CANARY}: {CANARY}\r\nx-forwarded-for: {CANARY}\r\nx-request-id: {CANARY}\r\ncookie: {CANARY}={CANARY}; {cookie}\r\ncontent-type: application/{CANARY}\r\ncontent-length: {}",
                body.len()
            );
            let answer = raw_http::exchange(&app.base, head.as_bytes(), body.as_bytes()).await;
            if method != "GET" || path != "/login" {
                assert!(answer.status >= 400, "{method} {path}: {}", answer.status);
            }
            silent(&answer, &format!("{method} {path}"));
        }
    }
    let login = json!({"email": format!("{CANARY}@example.com"), "password": CANARY});
    for (path, body, status) in [
        ("/api/session", login, 401),
        ("/api/password-resets", json!({"email": CANARY}), 422),
        ("/api/password-resets/inspect", json!({"token": CANARY}), 410),
        ("/api/password-resets/redeem", json!({"token": CANARY, "password": CANARY}), 410),
        ("/api/users", json!({"name": CANARY, "email": "admin@example.com"}), 409),
        ("/api/users", json!({"name": "x", "email": "x@example.com", "role": CANARY}), 422),
    ] {
        let answer = admin.post(path, body).await.expect(status);
        silent(&answer, path);
    }
    let new = admin.put("/api/account/password", json!({"current_password": CANARY, "new_password": CANARY})).await.expect(422);
    silent(&new, "a new password");
    // Nor does an internal error.
    sqlx::query("DROP TABLE limits").execute(app.store.write()).await.expect("a broken database");
    silent(&app.client().post("/api/password-resets", json!({"email": format!("{CANARY}@example.com")})).await.expect(500), "a fault");
}
