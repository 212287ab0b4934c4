//! Response headers.

use crate::calls;
use crate::html;
use crate::support::*;

/// All screens, the not-found page, and the API documentation.
const PAGES: [&str; 12] = [
    "/",
    "/login",
    "/forgot-password",
    "/check-your-inbox",
    "/reset-password",
    "/not-me",
    "/settings/users",
    "/settings/audit",
    "/account",
    "/account/password",
    "/nowhere/at/all",
    "/api/docs",
];

#[tokio::test]
async fn hdr_01_a_page_runs_its_own_code_and_nothing_else() {
    let app = TestApp::start(Database::Sqlite).await;
    for path in PAGES {
        let answer = app.client().get(path).await;
        assert!(answer.header("content-type").starts_with("text/html"), "{path}: build the pages first, `cargo xtask test --only pages`");
        let policy = html::policy(&answer);
        let sources = |directive: &str| policy.get(directive).unwrap_or_else(|| panic!("{path} has no {directive}: {policy:?}")).clone();
        for directive in ["default-src", "frame-ancestors", "base-uri", "form-action"] {
            assert_eq!(sources(directive), ["'none'"], "{path} {directive}");
        }
        let html = String::from_utf8(answer.bytes.clone()).expect("text");
        for (directive, element) in [("script-src", "script"), ("style-src", "style")] {
            let hashes: Vec<String> = html::inline(&html, element).iter().map(|content| html::hash(content)).collect();
            let allowed = sources(directive);
            for hash in &hashes {
                assert!(allowed.contains(hash), "{path}: an inline {element} is not in {allowed:?}");
            }
            let wanted = ["'self'", "'wasm-unsafe-eval'"];
            for source in allowed.iter().filter(|source| !hashes.contains(source)) {
                assert!(wanted.contains(&source.as_str()), "{path}: {directive} allows {source}, which nothing needs");
            }
        }
        for (directive, sources) in &policy {
            for source in sources {
                let known =
                    matches!(source.as_str(), "'self'" | "'none'" | "'wasm-unsafe-eval'" | "data:") || source.starts_with("'sha256-");
                assert!(known, "{path}: {directive} {source}");
                assert!(source != "data:" || directive == "img-src", "{path}: {directive} {source}");
            }
        }
        assert!(path == "/api/docs" || sources("script-src").contains(&"'wasm-unsafe-eval'".to_owned()), "{path}");
        assert_eq!(html::attributes_a_policy_cannot_allow(&html), Vec::<String>::new(), "{path}");
        assert_eq!(html::loaded_from_elsewhere(&html), Vec::<String>::new(), "{path} (TOK-13)");
    }
    // The policy of other responses allows nothing.
    for path in ["/api/config", "/api/session", "/api/nothing", "/healthz", "/metrics", "/api/openapi.json"] {
        let policy = html::policy(&app.client().get(path).await);
        assert_eq!(
            (policy["default-src"].clone(), policy["frame-ancestors"].clone()),
            (vec!["'none'".to_owned()], vec!["'none'".to_owned()]),
            "{path}"
        );
    }
}

/// Returns one response of every kind.
async fn of_every_kind(flags: &[&str]) -> Vec<(&'static str, Response)> {
    let app = TestApp::start_with(Database::Sqlite, flags).await;
    let client = app.client();
    let admin = app.admin().await;
    let jo = app.add_user("Jo", "jo@example.com").await;
    let agent = app.log_in("jo@example.com", PASSWORD).await;
    let get = async |path: &str| client.get(path).await;
    let page = get("/").await;
    let script = html::files(&String::from_utf8_lossy(&page.bytes)).into_iter().find(|file| file.ends_with(".js")).expect("a script");
    let held = client.request("GET", "/login").header("if-none-match", page.header("etag"));
    let forgot = "/api/password-resets";
    let junk = client.request("POST", forgot).header("content-type", "application/json").body("junk");
    let form = client.request("POST", forgot).header("content-type", "text/plain").body("junk");
    let foreign = client.request("POST", forgot).header("origin", "https://evil.example");
    let large = client.request("POST", forgot).header("content-type", "application/json").body(vec![b' '; 20_000]);
    let raw = async |head: &str| raw_http::exchange(&app.base, head.as_bytes(), b"").await;
    let mut answers = vec![
        ("200 a page", page.clone()),
        ("200 HEAD", client.send(client.request("HEAD", "/login")).await),
        ("200 a file", get(&script).await),
        ("200 JSON", get("/api/session").await),
        ("200 health", get("/healthz").await),
        ("200 metrics", get("/metrics").await),
        ("201", admin.post("/api/users", json!({"name": "New"})).await),
        ("202", client.post(forgot, json!({"email": "jo@example.com"})).await),
        ("204", agent.delete("/api/session").await),
        ("302", get("/.well-known/change-password").await),
        ("304", client.send(held).await),
        ("400", client.send(junk).await),
        ("401", get("/api/users").await),
        ("401 login", client.post("/api/session", json!({"email": "jo@example.com", "password": "x"})).await),
        ("403", client.send(foreign).await),
        ("404 API", get("/api/nothing").await),
        ("404 a page", get("/nowhere").await),
        ("404 a file", get("/nothing.js").await),
        ("405", client.send(client.request("TRACE", "/api/session")).await),
        ("405 a page", client.post("/login", json!({})).await),
        ("409", admin.post("/api/users", json!({"name": "Jo", "email": "jo@example.com"})).await),
        ("410", client.post("/api/password-resets/inspect", json!({"token": "x"})).await),
        ("413", client.send(large).await),
        ("414", admin.get(&format!("/api/users?search={}", "x".repeat(5000))).await),
        ("415", client.send(form).await),
        ("422", client.post(forgot, json!({"email": "x"})).await),
        ("429", client.post(forgot, json!({"email": "jo@example.com"})).await),
        ("403 an agent", app.log_in("jo@example.com", PASSWORD).await.get(&format!("/api/users/{jo}")).await),
        ("404 HTTP/1.0", raw("GET /api/nothing HTTP/1.0").await),
        ("404 a page of dots", raw("GET //%2e%2e/%00 HTTP/1.1\r\nhost: x").await),
        ("405 the whole server", raw("OPTIONS * HTTP/1.1\r\nhost: x").await),
        ("405 a tunnel", raw("CONNECT evil.example:443 HTTP/1.1\r\nhost: x").await),
    ];
    sqlx::query("DROP TABLE limits").execute(app.store.write()).await.expect("a broken database");
    answers.push(("500", client.post(forgot, json!({"email": "al@example.com"})).await));
    app.store.close().await;
    answers.push(("503", get("/readyz").await));
    answers
}

#[tokio::test]
async fn hdr_02_every_answer_has_the_security_headers() {
    for (flags, is_https) in [(&[][..], false), (&["--public-url", "https://rekey.example"], true)] {
        for (kind, answer) in of_every_kind(flags).await {
            let status = kind.split(' ').next().unwrap_or_default();
            assert_eq!(answer.status.to_string(), status, "{kind}: {}", String::from_utf8_lossy(&answer.bytes));
            let only = |name: &str| {
                let values: Vec<_> = answer.headers.get_all(name).iter().map(|value| value.to_str().expect("text")).collect();
                assert_eq!(values.len(), 1, "{kind}: {name} {values:?}");
                values[0].to_owned()
            };
            assert_eq!(only("x-content-type-options"), "nosniff", "{kind}");
            assert_eq!(only("cross-origin-opener-policy"), "same-origin", "{kind}");
            assert_eq!(only("cross-origin-resource-policy"), "same-origin", "{kind}");
            assert_eq!(only("referrer-policy"), "no-referrer", "{kind}");
            assert_eq!(only("x-frame-options"), "DENY", "{kind}");
            let permissions = only("permissions-policy");
            assert!(permissions.split(", ").all(|permission| permission.ends_with("=()")), "{kind}: {permissions}");
            for feature in ["camera", "microphone", "geolocation", "payment", "usb", "display-capture"] {
                assert!(permissions.contains(&format!("{feature}=()")), "{kind}: {feature}");
            }
            assert!(only("content-security-policy").starts_with("default-src 'none'"), "{kind}");
            assert!(!only("cache-control").is_empty(), "{kind}");
            match is_https {
                true => assert_eq!(only("strict-transport-security"), "max-age=63072000; includeSubDomains", "{kind}"),
                false => assert_eq!(answer.header("strict-transport-security"), "", "{kind}"),
            }
            for telling in ["server", "x-powered-by", "via"] {
                assert_eq!(answer.header(telling), "", "{kind}");
            }
            if answer.status >= 400 && !kind.contains("page") {
                assert!(answer.bytes.is_empty() || answer.header("content-type") == "application/problem+json", "{kind}");
            }
        }
    }
}

#[tokio::test]
async fn hdr_03_nothing_of_the_api_is_stored() {
    let app = TestApp::start(Database::Sqlite).await;
    let admin = app.admin().await;
    let jo = app.add_user("Jo", "jo@example.com").await;
    for call in calls::all(&app, &jo).await {
        // Signed out, every call returns at once, including the event stream; as an admin, the others return completely.
        let mut answers = vec![call.send(&app.client(), &[]).await];
        if call.path != "/api/events" && call.path != "/api/session" {
            answers.push(call.send(&admin, &[]).await);
        }
        for answer in answers {
            assert_eq!(answer.header("cache-control"), "no-store", "{call:?} {}", answer.status);
            assert_eq!(answer.header("etag"), "", "{call:?}");
        }
    }
    for path in ["/api/openapi.json", "/api/docs", "/api/docs/page.js", "/api/docs/page.css", "/api/nothing", "/metrics", "/.well-known/x"]
    {
        assert_eq!(app.client().get(path).await.header("cache-control"), "no-store", "{path}");
    }
    let login = app.client().post("/api/session", json!({"email": "jo@example.com", "password": PASSWORD})).await.expect(200);
    assert_eq!(login.header("cache-control"), "no-store");
    let stream = admin.request("GET", "/api/events").send().await.expect("an answer");
    assert_eq!((stream.status().as_u16(), &stream.headers()["cache-control"]), (200, &"no-store".parse().expect("a value")));
}

#[tokio::test]
async fn hdr_03_hashed_files_are_immutable_and_pages_are_asked_about() {
    let app = TestApp::start(Database::Sqlite).await;
    let client = app.client();
    for path in PAGES.into_iter().filter(|path| *path != "/api/docs") {
        let page = client.get(path).await;
        assert_eq!(page.header("cache-control"), "no-cache", "{path}");
        let tag = page.header("etag");
        assert!(!tag.is_empty(), "{path}");
        if page.status == 200 {
            let again = client.send(client.request("GET", path).header("if-none-match", &tag)).await;
            assert_eq!((again.status, again.bytes.len(), again.header("cache-control").as_str()), (304, 0, "no-cache"), "{path}");
        }
        let other = client.send(client.request("GET", path).header("if-none-match", "\"older\"")).await;
        assert_eq!(other.status, page.status, "{path}");
    }
    // A page with a user's name is not cached, so that the next user of the device does not see it.
    let admin = app.admin().await;
    let own = admin.get("/settings/users").await.expect(200);
    assert!(String::from_utf8_lossy(&own.bytes).contains("Ada Admin"));
    assert_eq!((own.header("cache-control").as_str(), own.header("etag").as_str()), ("no-store", ""));
    let files = html::files(&String::from_utf8_lossy(&client.get("/login").await.bytes));
    let hashed: Vec<_> = files.iter().filter(|file| file.ends_with(".js") || file.ends_with(".wasm")).collect();
    assert!(hashed.len() >= 2, "{files:?}");
    for file in hashed {
        let answer = client.get(file).await.expect(200);
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{file}");
        let gone = file.replace(|c: char| c.is_ascii_digit(), "f");
        assert_eq!(client.get(&gone).await.expect(404).header("cache-control"), "no-store", "{gone}: what is missing may come back");
    }
}
