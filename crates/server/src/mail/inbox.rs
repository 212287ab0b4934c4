//! Local inbox: holds mails for developers while no mail server is configured.
//!
//! It shows working links, so it must not be reachable from other machines: see [`crate::config::Config::shows_inbox`]. It answers requests from this
//! machine only, whatever address the server listens on.

use super::compose::Mail;
use crate::config::public_url::is_loopback;
use crate::http::error::ApiError;
use crate::http::middleware::client_ip::{ClientIp, is_proxied};
use askama::Template;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST};
use axum::http::uri::Authority;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use rekey_wire::problem::Code;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// Path of the page.
pub const PAGE: &str = "/dev/inbox";
/// Path of the JSON version: an array of [`Kept`], newest first.
pub const JSON: &str = "/dev/inbox.json";
/// Path of the style sheet, also named in `templates/inbox.html`; the content security policy allows no inline styles.
const STYLE: &str = "/dev/inbox.css";
/// Maximum number of mails kept.
const CAPACITY: usize = 100;

/// Handle to the inbox; cheap to clone.
#[derive(Clone, Default)]
pub struct Inbox(Arc<Mutex<VecDeque<Kept>>>);

/// A mail in the inbox.
#[derive(Clone, Serialize)]
pub struct Kept {
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// When it was sent, RFC 3339 in UTC.
    pub at: String,
    #[serde(skip)]
    time: String,
}

impl Inbox {
    /// Adds a mail; drops the oldest if the inbox is full.
    pub fn keep(&self, mail: &Mail) {
        let now = OffsetDateTime::now_utc();
        let time = now.format(format_description!("[hour]:[minute]:[second] UTC")).unwrap_or_default();
        let at = now.format(&Rfc3339).unwrap_or_default();
        let Mail { to, subject, text, html, .. } = mail.clone();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(CAPACITY - 1);
        kept.push_front(Kept { to, subject, text, html, at, time });
    }

    /// Returns the mails, newest first.
    #[must_use]
    pub fn mails(&self) -> Vec<Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Returns routes for the page and the JSON.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let (page, json) = (self.clone(), self.clone());
        Router::new()
            .route(PAGE, get(async move || answer("text/html; charset=utf-8", render(&page.mails()))))
            .route(JSON, get(async move || ([(CACHE_CONTROL, "no-store")], Json(json.mails()))))
            .route(STYLE, get(async || answer("text/css; charset=utf-8", include_str!("inbox.css").to_owned())))
            .route_layer(from_fn(for_this_machine))
    }
}

async fn for_this_machine(ClientIp(ip): ClientIp, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if ip.is_loopback() && !is_proxied(headers) && is_loopback_host(headers) {
        next.run(request).await
    } else {
        ApiError::new(Code::NotFound).into_response()
    }
}

/// Returns whether all `Host` headers name this machine. Another name that resolves to this machine is a tunnel, or a page on another site that sends
/// requests from the developer's browser (DNS rebinding). Browsers always send `Host`.
fn is_loopback_host(headers: &HeaderMap) -> bool {
    headers.get_all(HOST).iter().all(|host| {
        let name = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
        name.and_then(|name| url::Host::parse(name.host()).ok()).is_some_and(is_loopback)
    })
}

/// Allows the style sheet and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn answer(kind: &'static str, body: String) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, POLICY)], body).into_response()
}

/// The page. It shows the text part: it has the links, and no foreign markup is rendered.
#[derive(Template)]
#[template(path = "inbox.html")]
struct Page<'a> {
    capacity: usize,
    mails: &'a [Kept],
}

fn render(mails: &[Kept]) -> String {
    Page { capacity: CAPACITY, mails }.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, Inbox, render};
    use crate::address::Address;
    use crate::config::Config;
    use crate::http::middleware::client_ip::ClientIp;
    use crate::mail::compose::{Brand, compose};
    use crate::mail::templates::{MailTemplate, Recipient};
    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use http_body_util::BodyExt;
    use std::time::Duration;
    use tower::ServiceExt;

    fn inbox_with(names: &[&str]) -> Inbox {
        let inbox = Inbox::default();
        let brand = Brand::from(&Config::from_flags(&[]).expect("defaults"));
        for name in names {
            let address = Address::parse(&format!("{name}@example.com")).expect("an address");
            let template =
                MailTemplate::Welcome { link: format!("http://localhost:8080/reset-password#token={name}"), ttl: Duration::from_secs(60) };
            inbox.keep(&compose(&brand, &Recipient { address, name: (*name).to_owned() }, &template).expect("a mail"));
        }
        inbox
    }

    async fn get(inbox: &Inbox, path: &str) -> (StatusCode, String) {
        get_from([127, 0, 0, 1], inbox, path).await
    }

    async fn get_from(ip: [u8; 4], inbox: &Inbox, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).extension(ClientIp(ip.into())).body(Body::empty()).expect("a request");
        let answer = inbox.router::<()>().oneshot(request).await.expect("an answer");
        let status = answer.status();
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[tokio::test]
    async fn other_machines_find_nothing() {
        for path in ["/dev/inbox", "/dev/inbox.json"] {
            let (status, body) = get_from([192, 0, 2, 1], &inbox_with(&["ada"]), path).await;
            assert!(status == StatusCode::NOT_FOUND && !body.contains("token"), "{path}: {body}");
        }
    }

    #[tokio::test]
    async fn a_tunnel_or_a_foreign_name_finds_nothing() {
        let inbox = inbox_with(&["ada"]);
        let status = async |name: &str, value: &str| {
            let ip = ClientIp([127, 0, 0, 1].into());
            let request = Request::get("/dev/inbox.json").header(name, value).extension(ip).body(Body::empty()).expect("a request");
            inbox.router::<()>().oneshot(request).await.expect("an answer").status()
        };
        for host in ["localhost:8080", "LOCALHOST", "127.0.0.1:8080", "[::1]:8080", "rekey.localhost"] {
            assert_eq!(status("host", host).await, StatusCode::OK, "{host}");
        }
        for host in ["evil.example:8080", "localhost.evil.example", "192.0.2.1:8080", ""] {
            assert_eq!(status("host", host).await, StatusCode::NOT_FOUND, "{host}");
        }
        for header in ["x-forwarded-for", "x-real-ip", "forwarded", "via"] {
            assert_eq!(status(header, "127.0.0.1").await, StatusCode::NOT_FOUND, "{header}");
        }
    }

    #[tokio::test]
    async fn the_newest_mail_comes_first_with_both_parts() {
        let (status, body) = get(&inbox_with(&["ada", "bob"]), "/dev/inbox.json").await;
        assert_eq!(status, StatusCode::OK);
        let mails: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(mails[0]["to"], "bob@example.com");
        assert_eq!(mails[1]["subject"], "Welcome to Squaretalk: set your password");
        for part in ["text", "html"] {
            assert!(mails[0][part].as_str().is_some_and(|text| text.contains("/reset-password#token=bob")), "{part}");
        }
        let keys: Vec<_> = mails[0].as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["at", "html", "subject", "text", "to"]);
    }

    #[tokio::test]
    async fn the_page_has_a_link_to_click_and_a_style_sheet() {
        let inbox = inbox_with(&["ada"]);
        let (_, page) = get(&inbox, "/dev/inbox").await;
        assert!(page.contains("<a href=\"http://localhost:8080/reset-password#token=ada\">"), "{page}");
        assert_eq!(get(&inbox, "/dev/inbox.css").await.0, StatusCode::OK);
        assert!(!page.contains("<style") && !page.contains("style=\""));
    }

    #[test]
    fn the_oldest_gives_way() {
        let names: Vec<String> = (0..=CAPACITY).map(|n| format!("n{n}")).collect();
        let mails = inbox_with(&names.iter().map(String::as_str).collect::<Vec<_>>()).mails();
        assert_eq!((mails.len(), mails[0].to.as_str()), (CAPACITY, "n100@example.com"));
        assert!(mails.iter().all(|mail| mail.to != "n0@example.com"));
    }

    #[test]
    fn markup_in_a_mail_stays_text() {
        let mut mails = inbox_with(&["ada"]).mails();
        "<script>".clone_into(&mut mails[0].subject);
        "http://a.example/\"><script>".clone_into(&mut mails[0].text);
        assert!(!render(&mails).contains("<script>"));
    }
}
