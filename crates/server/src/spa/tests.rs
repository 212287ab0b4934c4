//! Tests of the response to each path.

use super::page::{Pages, Who};
use super::{File, Found, find};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use rekey_wire::config::Config;
use rekey_wire::login::SessionUser;
use rekey_wire::password::Policy;
use rekey_wire::users::Role;

/// Not sorted, so that no lookup can depend on the order.
const FILES: &[File] = &[
    File {
        path: "/favicon.svg",
        kind: "image/svg+xml",
        tag: "svg",
        is_immutable: false,
        policy: None,
        identity: b"icon",
        brotli: None,
        gzip: None,
    },
    File {
        path: "/app-0123456789abcdef/rekey-app.js",
        kind: "text/javascript; charset=utf-8",
        tag: "js",
        is_immutable: true,
        policy: None,
        identity: b"plain",
        brotli: Some(b"br"),
        gzip: Some(b"gz"),
    },
    File {
        path: "/app-0123456789abcdef/split_signed_in_pages.wasm",
        kind: "application/wasm",
        tag: "wasm",
        is_immutable: true,
        policy: None,
        identity: b"abc",
        brotli: None,
        gzip: None,
    },
    File {
        path: "/index.html",
        kind: "text/html; charset=utf-8",
        tag: "html",
        is_immutable: false,
        policy: Some("default-src 'none'; own"),
        identity: b"<title>Loading</title><div id=app>blank</div> of {{brand}} {{bootstrap}}",
        brotli: None,
        gzip: None,
    },
    File {
        path: "/login.html",
        kind: "text/html; charset=utf-8",
        tag: "login",
        is_immutable: false,
        policy: Some("default-src 'none'"),
        identity: b"<title>Log in</title>login {{min_length}}",
        brotli: None,
        gzip: None,
    },
];

fn config() -> Config {
    let password = Policy { min_length: 15, max_length: 256 };
    Config { brand: "A & B".to_owned(), support_email: None, password, resend_after_seconds: 60, link_ttl_seconds: 1800 }
}

fn answer(files: &[File], method: &Method, path: &str, headers: &HeaderMap, who: &Who) -> Response {
    super::answer(&find(files, path), &Pages::fill(files, config()), who, method, headers)
}

fn get(path: &str) -> Response {
    get_as(&Who::Visitor, path)
}

fn get_as(who: &Who, path: &str) -> Response {
    answer(FILES, &Method::GET, path, &HeaderMap::new(), who)
}

fn jo() -> Who {
    let (name, email) = ("Jo </template> Okafor".to_owned(), Some("jo@example.com".to_owned()));
    Who::User(SessionUser { id: "7".to_owned(), name, email, role: Role::Agent, extension: "1007".to_owned(), language: None })
}

async fn text(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.expect("a body").to_bytes().to_vec()).expect("text")
}

#[tokio::test]
async fn every_screen_has_its_page() {
    let response = get("/forgot-password/");
    assert_eq!((response.status(), &response.headers()["cache-control"]), (StatusCode::OK, &"no-cache".parse().expect("a value")));
    assert_eq!(response.headers()["content-security-policy"], "default-src 'none'; own");
    let page = text(response).await;
    assert!(
        page.starts_with("<title>Loading</title><div id=app>blank</div> of A &amp; B {\"config\":{\"brand\":\"A \\u0026 B\"")
            && page.ends_with("\"session\":{\"user\":null}}"),
        "{page}"
    );
    for path in ["/", "/login", "/settings/users", "/account/password/"] {
        let page = text(get(path)).await;
        assert!(
            page.starts_with("<title>Log in</title><div id=app data-prerendered>login 15</div> of A &amp; B {"),
            "a visitor at {path}: {page}"
        );
    }
}

#[tokio::test]
async fn who_is_logged_in_never_sees_the_login_form_and_is_named_in_no_cache() {
    for path in ["/", "/login", "/settings/users", "/forgot-password"] {
        let response = get_as(&jo(), path);
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
        assert!(response.headers().get("etag").is_none());
        let page = text(response).await;
        assert!(page.contains(">blank<") && page.contains("\"name\":\"Jo \\u003c/template> Okafor\""), "{page}");
        assert_eq!(
            text(get_as(&Who::Unknown, path)).await,
            "<title>Loading</title><div id=app>blank</div> of A &amp; B ",
            "nobody knows who it is"
        );
    }
}

#[test]
fn what_a_page_without_a_form_needs_is_sent_ahead() {
    let links = |who: &Who, path: &str| {
        get_as(who, path).headers().get_all("link").iter().map(|link| link.to_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    let app = "</app-0123456789abcdef/rekey-app.js>; rel=modulepreload; crossorigin";
    let lazy = "</app-0123456789abcdef/split_signed_in_pages.wasm>; rel=preload; as=fetch; type=\"application/wasm\"; crossorigin";
    for path in ["/", "/login", "/settings/users", "/account"] {
        assert_eq!(links(&jo(), path), [app, lazy], "{path}");
        assert_eq!(links(&Who::Unknown, path), [app], "{path}");
        assert_eq!(links(&Who::Visitor, path), [""; 0], "{path} is drawn, and painted first");
    }
    assert_eq!(links(&Who::Visitor, "/check-your-inbox"), [app]);
}

#[tokio::test]
async fn an_unknown_path_is_the_apps_own_not_found_page() {
    for path in ["/nowhere", "//", "/login/x", "/settings", "/dev/inbox", "/apiary", "//evil.example/x"] {
        let response = get(path);
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(text(response).await.contains(">blank<"), "{path}");
    }
}

#[tokio::test]
async fn what_programs_and_pages_miss_is_never_a_page() {
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/.well-known/security.txt",
        "/app-old.js",
        "/favicon.ico",
        "/index.html",
        "/a/..",
        "/dev/inbox.json",
        "/metrics/x",
    ] {
        let response = get(path);
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn hashed_files_stay_for_ever_and_others_are_asked_about() {
    assert_eq!(get("/app-0123456789abcdef/rekey-app.js").headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(get("/favicon.svg").headers()["cache-control"], "no-cache");
}

#[tokio::test]
async fn the_smallest_form_is_sent_under_its_own_tag() {
    for (accept, coding, tag, body) in
        [("gzip, br", Some("br"), "\"js-br\"", "br"), ("gzip", Some("gzip"), "\"js-gzip\"", "gz"), ("", None, "\"js\"", "plain")]
    {
        let headers = [(header::ACCEPT_ENCODING, accept.parse().expect("a value"))].into_iter().collect();
        let response = answer(FILES, &Method::GET, "/app-0123456789abcdef/rekey-app.js", &headers, &Who::Visitor);
        assert_eq!(response.headers().get("content-encoding").map(|value| value.to_str().expect("text")), coding);
        assert_eq!(
            (&response.headers()["etag"], &response.headers()["vary"]),
            (&tag.parse().expect("a value"), &"accept-encoding".parse().expect("a value"))
        );
        assert_eq!(text(response).await, body);
    }
}

#[tokio::test]
async fn who_has_it_already_gets_no_body() {
    let asked = |path: &str, held: &str| {
        let headers = [(header::IF_NONE_MATCH, held.parse().expect("a value"))].into_iter().collect();
        answer(FILES, &Method::GET, path, &headers, &Who::Visitor)
    };
    let tag = get("/forgot-password").headers()["etag"].to_str().expect("text").to_owned();
    for held in [tag.clone(), format!("W/{tag}"), format!("\"old\", {tag}"), "*".to_owned()] {
        let response = asked("/forgot-password", &held);
        assert_eq!((response.status(), response.headers()["etag"].to_str().expect("text")), (StatusCode::NOT_MODIFIED, &*tag), "{held}");
        assert_eq!(text(response).await, "");
    }
    assert_eq!(asked("/forgot-password", "\"old\"").status(), StatusCode::OK);
    assert_eq!(asked("/nowhere", "*").status(), StatusCode::NOT_FOUND);
}

#[test]
fn pages_are_only_read() {
    for method in [Method::POST, Method::PUT, Method::OPTIONS, Method::TRACE] {
        let response = answer(FILES, &method, "/login", &HeaderMap::new(), &Who::Visitor);
        assert_eq!(
            (response.status(), &response.headers()["allow"]),
            (StatusCode::METHOD_NOT_ALLOWED, &"GET, HEAD".parse().expect("a value"))
        );
    }
    assert_eq!(answer(FILES, &Method::HEAD, "/login", &HeaderMap::new(), &Who::Visitor).status(), StatusCode::OK);
    assert_eq!(answer(FILES, &Method::POST, "/api/nothing", &HeaderMap::new(), &Who::Visitor).status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_pages_it_says_how_to_get_them() {
    let response = answer(&[], &Method::GET, "/", &HeaderMap::new(), &Who::Visitor);
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(response).await.contains("cargo xtask build"));
}

#[test]
fn every_file_that_was_built_in_is_found_by_its_path() {
    let paths: Vec<&str> = FILES.iter().filter(|file| !file.is_page()).map(|file| file.path).collect();
    assert_eq!(paths.len(), 3);
    for path in paths {
        assert!(matches!(find(FILES, path), Found::File(file) if file.path == path), "{path}");
    }
}

#[tokio::test]
async fn password_managers_find_the_page_on_this_site() {
    let response = super::change_password().await;
    assert_eq!((response.status(), &response.headers()["location"]), (StatusCode::FOUND, &"/account/password".parse().expect("a value")));
}
