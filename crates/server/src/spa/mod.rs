//! The pages, which the program carries inside, compressed when it was built.

mod csp;
mod encoding;
mod file;
mod page;
mod sending;

pub(crate) use csp::policy;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rekey_wire::paths::{Page, RequiredAccess};
use rekey_wire::problem::Code;

use crate::app::App;
use crate::auth::session;
use crate::http::error::ApiError;
use file::File;
use page::{Pages, Who};

/// Written by the build script from what `trunk build` left behind; empty when there was nothing.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Where programs live: what they do not find is a problem document, not a page.
const NOT_PAGES: [&str; 5] = ["/api", "/.well-known", "/healthz", "/readyz", "/metrics"];

/// Where password managers send people to change a password
/// (<https://w3c.github.io/webappsec-change-password-url/>): the screen that does it.
pub async fn change_password() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, Page::ChangePassword.path())]).into_response()
}

/// The pages as this server serves them; cheap to clone.
#[derive(Clone)]
pub struct Site {
    app: App,
    pages: Pages,
}

impl Site {
    /// Fills the pages in.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self { pages: Pages::fill(FILES, (&app.config).into()), app }
    }
}

/// The router's fallback: a file of the pages, the page for a path, or a refusal.
pub async fn serve(State(site): State<Site>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let found = find(FILES, uri.path());
    let who = match &found {
        Found::Page(_) | Found::NoSuchPage => who(&site.app, &headers).await,
        Found::File(_) | Found::Nothing => Who::Unknown,
    };
    answer(&found, &site.pages, &who, &method, &headers)
}

/// Looks into the database only for who brings a session.
async fn who(app: &App, headers: &HeaderMap) -> Who {
    match session::glance(app, headers).await {
        Ok(Some(user)) => Who::User(user),
        Ok(None) => Who::Visitor,
        Err(_) => Who::Unknown,
    }
}

fn answer(found: &Found<'_>, pages: &Pages, who: &Who, method: &Method, headers: &HeaderMap) -> Response {
    if matches!(found, Found::Nothing) {
        return ApiError::new(Code::NotFound).into_response();
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut refusal = ApiError::new(Code::MethodNotAllowed).into_response();
        refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    let send = |name: &str, status| pages.answer(name, who, status, headers);
    match found {
        Found::File(file) => file.answer(headers),
        Found::Page(page) => prerendered_for(*page, who)
            .and_then(|name| send(&name, StatusCode::OK))
            .or_else(|| send("/index.html", StatusCode::OK))
            .unwrap_or_else(not_built),
        Found::NoSuchPage => send("/404.html", StatusCode::NOT_FOUND)
            .or_else(|| send("/index.html", StatusCode::NOT_FOUND))
            .unwrap_or_else(|| ApiError::new(Code::NotFound).into_response()),
        Found::Nothing => ApiError::new(Code::NotFound).into_response(),
    }
}

/// The prerendered file for `page`. Pages that redirect by session are prerendered for visitors only, as the login form.
fn prerendered_for(page: Page, who: &Who) -> Option<String> {
    let redirects = matches!(page, Page::Home | Page::Login) || page.required_access() != RequiredAccess::Public;
    match (redirects, who) {
        (true, Who::Visitor) => Some([Page::Login.path(), ".html"].concat()),
        (true, Who::User(_) | Who::Unknown) => None,
        (false, _) => Some([page.path(), ".html"].concat()),
    }
}

enum Found<'a> {
    File(&'a File),
    Page(Page),
    NoSuchPage,
    Nothing,
}

fn find<'a>(files: &'a [File], path: &str) -> Found<'a> {
    if let Some(page) = Page::parse(path) {
        return Found::Page(page);
    }
    if let Some(file) = files.iter().find(|file| file.path == path && !file.is_page()) {
        return Found::File(file);
    }
    // A name with a dot in it was to be a file.
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) || is_for_programs(path) {
        return Found::Nothing;
    }
    Found::NoSuchPage
}

fn is_for_programs(path: &str) -> bool {
    NOT_PAGES.iter().any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn not_built() -> Response {
    let text = "This program was built without its pages.\nBuild them and the program with: cargo xtask build\nThe API works; try it at /api/docs.\n";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

#[cfg(test)]
mod tests;
