//! Cross-site requests: pages of other sites can change and read nothing.

use crate::calls::{self, Call};
use crate::support::*;
use std::collections::BTreeSet;

/// Headers that a browser sends for pages of other origins than the public URL, `http://localhost:8080`, and forged
/// variants.
const FOREIGN: [&[(&str, &str)]; 16] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "CROSS-SITE")],
    &[("sec-fetch-site", "")],
    &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
    &[("origin", "null")],
    &[("origin", "")],
    &[("origin", "https://evil.example")],
    &[("origin", "https://localhost:8080")],
    &[("origin", "http://localhost")],
    &[("origin", "http://localhost:8081")],
    &[("origin", "http://localhost:8080.evil.example")],
    &[("origin", "http://evil.example"), ("host", "evil.example")],
    &[("origin", "http://localhost:8080"), ("origin", "https://evil.example")],
    &[("origin", "http://localhost:8080"), ("sec-fetch-site", "cross-site")],
    &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin"), ("referer", "http://localhost:8080/login")],
];

/// Headers that a browser sends for the server's own pages, and those of a program.
const OWN: [&[(&str, &str)]; 4] = [
    &[],
    &[("origin", "http://localhost:8080")],
    &[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin"), ("host", "whatever.example")],
    &[("sec-fetch-site", "none")],
];

/// Returns the number of audit rows, to check that nothing happened.
async fn rows(app: &TestApp) -> i64 {
    let row = sqlx::query("SELECT count(*) FROM audit").fetch_one(app.store.read()).await.expect("a count");
    sqlx::Row::get(&row, 0)
}

/// Returns the client whose call succeeds: a login would replace the admin's cookie.
fn caller(call: &Call, app: &TestApp, admin: &Client) -> Client {
    if call.path == "/api/session" { app.client() } else { admin.clone() }
}

on_both_databases! {
    async fn csr_01_no_changing_call_is_accepted_from_another_site(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let before = rows(&app).await;
        let calls = calls::changing(&app, &jo).await;
        for call in &calls {
            for headers in FOREIGN {
                for client in [&admin, &app.client()] {
                    let answer = call.send(client, headers).await;
                    assert_eq!((answer.status, answer.code().as_str()), (403, "cross_site"), "{call:?} {headers:?}");
                    assert_eq!(answer.header("set-cookie"), "", "{call:?}");
                }
            }
        }
        app.wait_for_empty_queue().await;
        assert_eq!((rows(&app).await, app.smtp.mails().len()), (before, 0), "nothing happened");
        assert_ne!(admin.get("/api/session").await.json()["user"], Value::Null, "nobody was logged out");
        for call in calls.iter().filter(|call| call.method != "DELETE") {
            for headers in OWN {
                let status = call.send(&caller(call, &app, &admin), headers).await.status;
                assert!(!matches!(status, 401 | 403), "{call:?} {headers:?}: {status}");
            }
        }
    }

    async fn csr_02_bodies_are_json_and_nothing_else(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo", "jo@example.com").await;
        let before = rows(&app).await;
        let kinds: [&[&str]; 9] = [
            &[],
            &["text/plain"],
            &["text/plain; charset=application/json"],
            &["application/x-www-form-urlencoded"],
            &["multipart/form-data; boundary=x"],
            &["application/json; charset=utf-16"],
            &["application/jsonp"],
            &["text/plain, application/json"],
            &["application/json", "text/plain"],
        ];
        let calls = calls::changing(&app, &jo).await;
        for call in &calls {
            let body = if call.takes_body { call.body().to_string() } else { "{}".to_owned() };
            for kind in kinds {
                let request = kind.iter().fold(call.request(&admin), |request, kind| request.header("content-type", *kind));
                let answer = admin.send(request.body(body.clone())).await;
                assert_eq!((answer.status, answer.code().as_str()), (415, "unsupported_media_type"), "{call:?} {kind:?}");
            }
            let zipped = call.request(&admin).header("content-type", "application/json").header("content-encoding", "gzip");
            admin.send(zipped.body(body)).await.expect(415);
        }
        app.wait_for_empty_queue().await;
        assert_eq!((rows(&app).await, app.smtp.mails().len()), (before, 0), "nothing happened");
        for call in calls.iter().filter(|call| call.takes_body) {
            for kind in ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\""] {
                let client = caller(call, &app, &admin);
                let answer = client.send(call.request(&client).header("content-type", kind).body(call.body().to_string())).await;
                assert_ne!(answer.status, 415, "{call:?} {kind}");
            }
        }
        // Ends the session, so it comes last.
        for call in calls.iter().filter(|call| !call.takes_body).rev() {
            let status = admin.send(call.request(&admin)).await.status;
            assert!(matches!(status, 202 | 204 | 429), "{call:?} needs no content type where there is no body: {status}");
        }
    }
}

/// Every registered method, and an unknown one.
const METHODS: [&str; 10] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "PROPFIND"];

#[tokio::test]
async fn csr_03_no_other_origin_is_allowed_and_unused_methods_are_405() {
    let app = TestApp::start(Database::Sqlite).await;
    let client = app.client();
    let mut paths = calls::methods_by_path(&calls::all(&app, "1").await);
    let only_read = ["/", "/login", "/settings/users", "/nowhere", "/metrics", "/api/openapi.json", "/api/docs", "/api/docs/page.js"];
    paths.extend(only_read.map(|path| (path.to_owned(), BTreeSet::from(["GET".to_owned()]))));
    paths.push(("/.well-known/change-password".to_owned(), BTreeSet::from(["GET".to_owned()])));
    for (path, mut methods) in paths {
        if methods.contains("GET") {
            methods.insert("HEAD".to_owned());
        }
        for method in METHODS {
            for origin in ["http://localhost:8080", "https://evil.example", "null"] {
                let preflight = client.request(method, &path).header("origin", origin);
                let preflight = preflight.header("access-control-request-method", "POST").header("x-canary", "canary");
                let answer = client.send(preflight).await;
                let granted = answer.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
                assert_eq!(granted, None, "{method} {path}");
                assert!(!String::from_utf8_lossy(&answer.bytes).contains("canary"), "{method} {path} repeats what was sent");
            }
            let answer = client.send(client.request(method, &path)).await;
            if methods.contains(method) {
                assert_ne!(answer.status, 405, "{method} {path}");
                continue;
            }
            assert_eq!(answer.status, 405, "{method} {path}");
            let allowed: BTreeSet<String> = answer.header("allow").split(',').map(|method| method.trim().to_owned()).collect();
            assert_eq!(allowed, methods, "{method} {path}");
            if method != "HEAD" {
                assert_eq!(answer.code(), "method_not_allowed");
            }
        }
    }
}

#[tokio::test]
async fn csr_03_no_way_of_writing_an_address_leads_past_the_checks() {
    let app = TestApp::start(Database::Sqlite).await;
    let body = json!({"email": "jo@example.com"}).to_string();
    let post = async |target: &str, more: &str| {
        let length = body.len();
        let head =
            format!("POST {target} HTTP/1.1\r\nhost: localhost:8080\r\n{more}content-type: application/json\r\ncontent-length: {length}");
        raw_http::exchange(&app.base, head.as_bytes(), body.as_bytes()).await
    };
    let foreign = "origin: https://evil.example\r\n";
    // The absolute form (RFC 9112 section 3.2.2) addresses the same call, whatever host it names.
    for target in [
        "/api/password-resets",
        "http://localhost:8080/api/password-resets",
        "http://evil.example/api/password-resets",
        "/api/password-resets?x",
    ] {
        assert_eq!(post(target, foreign).await.code(), "cross_site", "{target}");
        assert_eq!(post(target, "Sec-Fetch-Site: cross-site\r\n").await.code(), "cross_site", "{target}");
        assert_eq!(
            post(target, "ORIGIN:http://localhost:8080\r\noRiGiN:  https://evil.example \r\n").await.code(),
            "cross_site",
            "{target}"
        );
    }
    // Other forms address nothing that could be changed.
    for target in [
        "//api/password-resets",
        "/api//password-resets",
        "/api/password-resets/",
        "/api/%70assword-resets",
        "/%61pi/password-resets",
        "/api%2fpassword-resets",
        "/./api/password-resets",
        "/x/../api/password-resets",
        "/API/password-resets",
        "/api/password-resets%00",
        "/api/password-resets;x",
        "/api\\password-resets",
    ] {
        assert_eq!(post(target, foreign).await.code(), "cross_site", "{target}");
        let status = post(target, "").await.status;
        assert!(matches!(status, 404 | 405), "{target}: {status}");
    }
    app.wait_for_empty_queue().await;
    assert!(app.smtp.mails().is_empty());
    let method = async |line: &str| raw_http::exchange(&app.base, format!("{line}\r\nhost: localhost:8080").as_bytes(), b"").await.status;
    for line in [
        "OPTIONS * HTTP/1.1",
        "CONNECT localhost:8080 HTTP/1.1",
        "TRACE /api/session HTTP/1.0",
        "post /api/session HTTP/1.1",
        "TRACE http://localhost:8080/login HTTP/1.1",
    ] {
        assert_eq!(method(line).await, 405, "{line}");
    }
}
