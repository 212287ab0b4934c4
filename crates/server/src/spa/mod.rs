//! The pages, which the program carries inside, compressed when it was built. Nothing here touches the database.

mod csp;
mod encoding;
mod file;

pub(crate) use csp::policy;

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rekey_wire::problem::Code;

use crate::error::ApiError;
use file::File;

/// Written by the build script from what `trunk build` left behind; empty when there was nothing.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The paths that the app shows a screen for; every other is its "Page not found".
const PAGES: [&str; 10] = [
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
];

/// Where programs live: what they do not find is a problem document, not a page.
const NOT_PAGES: [&str; 5] = ["/api", "/.well-known", "/healthz", "/readyz", "/metrics"];

/// Where password managers send people to change a password
/// (<https://w3c.github.io/webappsec-change-password-url/>): the screen that does it.
pub async fn change_password() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, "/account/password")]).into_response()
}

/// The router's fallback: a file of the pages, the page for a path, or a refusal.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    answer(FILES, &method, uri.path(), &headers)
}

fn answer(files: &[File], method: &Method, path: &str, headers: &HeaderMap) -> Response {
    let found = find(files, path);
    if matches!(found, Found::Nothing) {
        return ApiError::new(Code::NotFound).into_response();
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut refusal = ApiError::new(Code::MethodNotAllowed).into_response();
        refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    match found {
        Found::File(file) => file.answer(StatusCode::OK, headers),
        Found::NoSuchPage(page) => page.answer(StatusCode::NOT_FOUND, headers),
        Found::NotBuilt => not_built(),
        Found::Nothing => ApiError::new(Code::NotFound).into_response(),
    }
}

enum Found<'a> {
    File(&'a File),
    NoSuchPage(&'a File),
    NotBuilt,
    Nothing,
}

fn find<'a>(files: &'a [File], path: &str) -> Found<'a> {
    let named = |name: &str| files.binary_search_by(|file| file.path.cmp(name)).ok().map(|at| &files[at]);
    let trimmed = path.strip_suffix('/').filter(|shorter| !shorter.is_empty()).unwrap_or(path);
    let is_page = PAGES.contains(&trimmed);
    if !is_page {
        if let Some(file) = named(path).filter(|file| !file.is_page()) {
            return Found::File(file);
        }
        // A name with a dot in it was to be a file.
        if path.rsplit('/').next().is_some_and(|name| name.contains('.')) || is_for_programs(path) {
            return Found::Nothing;
        }
    }
    let own = if is_page { named(&format!("{trimmed}.html")) } else { named("/404.html") };
    match own.or_else(|| named("/index.html")) {
        Some(page) if is_page => Found::File(page),
        Some(page) => Found::NoSuchPage(page),
        None => Found::NotBuilt,
    }
}

fn is_for_programs(path: &str) -> bool {
    NOT_PAGES.iter().any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn not_built() -> Response {
    let text = "This program was built without its pages.\nBuild them and the program with: cargo xtask build\nThe API works; try it at /api/docs.\n";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::{File, answer};
    use axum::http::{HeaderMap, Method, StatusCode, header};
    use axum::response::Response;
    use http_body_util::BodyExt;

    const FILES: &[File] = &[
        File {
            path: "/app-0123456789abcdef.js",
            kind: "text/javascript; charset=utf-8",
            tag: "js",
            is_immutable: true,
            policy: None,
            identity: b"plain",
            brotli: Some(b"br"),
            gzip: Some(b"gz"),
        },
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
            path: "/index.html",
            kind: "text/html; charset=utf-8",
            tag: "html",
            is_immutable: false,
            policy: Some("default-src 'none'; own"),
            identity: b"page",
            brotli: None,
            gzip: None,
        },
        File {
            path: "/login.html",
            kind: "text/html; charset=utf-8",
            tag: "login",
            is_immutable: false,
            policy: Some("default-src 'none'; login"),
            identity: b"login page",
            brotli: None,
            gzip: None,
        },
    ];

    fn get(path: &str) -> Response {
        answer(FILES, &Method::GET, path, &HeaderMap::new())
    }

    async fn text(response: Response) -> String {
        String::from_utf8(response.into_body().collect().await.expect("a body").to_bytes().to_vec()).expect("text")
    }

    #[tokio::test]
    async fn every_screen_has_its_page() {
        for path in ["/", "/forgot-password", "/settings/users", "/account/password/"] {
            let response = get(path);
            assert_eq!(
                (response.status(), &response.headers()["cache-control"]),
                (StatusCode::OK, &"no-cache".parse().expect("a value")),
                "{path}"
            );
            assert_eq!(response.headers()["content-security-policy"], "default-src 'none'; own");
            assert_eq!(text(response).await, "page");
        }
        assert_eq!(text(get("/login")).await, "login page");
    }

    #[tokio::test]
    async fn an_unknown_path_is_the_apps_own_not_found_page() {
        for path in ["/nowhere", "/login/x", "/settings", "/dev/inbox", "/apiary", "//evil.example/x"] {
            let response = get(path);
            assert_eq!((response.status(), text(response).await.as_str()), (StatusCode::NOT_FOUND, "page"), "{path}");
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
        assert_eq!(get("/app-0123456789abcdef.js").headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(get("/favicon.svg").headers()["cache-control"], "no-cache");
    }

    #[tokio::test]
    async fn the_smallest_form_is_sent_under_its_own_tag() {
        for (accept, coding, tag, body) in
            [("gzip, br", Some("br"), "\"js-br\"", "br"), ("gzip", Some("gzip"), "\"js-gzip\"", "gz"), ("", None, "\"js\"", "plain")]
        {
            let headers = [(header::ACCEPT_ENCODING, accept.parse().expect("a value"))].into_iter().collect();
            let response = answer(FILES, &Method::GET, "/app-0123456789abcdef.js", &headers);
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
        for held in ["\"html\"", "W/\"html\"", "\"old\", \"html\"", "*"] {
            let headers = [(header::IF_NONE_MATCH, held.parse().expect("a value"))].into_iter().collect();
            let response = answer(FILES, &Method::GET, "/", &headers);
            assert_eq!(
                (response.status(), &response.headers()["etag"]),
                (StatusCode::NOT_MODIFIED, &"\"html\"".parse().expect("a value")),
                "{held}"
            );
            assert_eq!(text(response).await, "");
        }
        let headers = [(header::IF_NONE_MATCH, "\"old\"".parse().expect("a value"))].into_iter().collect();
        assert_eq!(answer(FILES, &Method::GET, "/", &headers).status(), StatusCode::OK);
        let headers = [(header::IF_NONE_MATCH, "*".parse().expect("a value"))].into_iter().collect();
        assert_eq!(answer(FILES, &Method::GET, "/nowhere", &headers).status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn pages_are_only_read() {
        for method in [Method::POST, Method::PUT, Method::OPTIONS, Method::TRACE] {
            let response = answer(FILES, &method, "/login", &HeaderMap::new());
            assert_eq!(
                (response.status(), &response.headers()["allow"]),
                (StatusCode::METHOD_NOT_ALLOWED, &"GET, HEAD".parse().expect("a value"))
            );
        }
        assert_eq!(answer(FILES, &Method::HEAD, "/login", &HeaderMap::new()).status(), StatusCode::OK);
        assert_eq!(answer(FILES, &Method::POST, "/api/nothing", &HeaderMap::new()).status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn without_pages_it_says_how_to_get_them() {
        let response = answer(&[], &Method::GET, "/", &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(text(response).await.contains("cargo xtask build"));
    }

    #[test]
    fn what_was_built_in_can_be_found() {
        assert!(super::FILES.is_sorted_by(|a, b| a.path < b.path), "the search depends on the order");
    }

    #[tokio::test]
    async fn password_managers_find_the_page_on_this_site() {
        let response = super::change_password().await;
        assert_eq!(
            (response.status(), &response.headers()["location"]),
            (StatusCode::FOUND, &"/account/password".parse().expect("a value"))
        );
    }
}
