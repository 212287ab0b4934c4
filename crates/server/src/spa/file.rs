//! One file of the pages and how it is sent.

use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Response, StatusCode};
use bytes::Bytes;

use super::encoding::{Coding, choose};

/// A file and its compressed forms. A page has a policy, other files have none.
pub(super) struct File {
    pub(super) path: &'static str,
    pub(super) kind: &'static str,
    pub(super) tag: &'static str,
    /// Whether its name holds a hash of its content.
    pub(super) is_immutable: bool,
    pub(super) policy: Option<&'static str>,
    pub(super) identity: &'static [u8],
    pub(super) brotli: Option<&'static [u8]>,
    pub(super) gzip: Option<&'static [u8]>,
}

impl File {
    pub(super) const fn is_page(&self) -> bool {
        self.policy.is_some()
    }

    const fn form(&self, coding: Coding) -> Option<&'static [u8]> {
        match coding {
            Coding::Brotli => self.brotli,
            Coding::Gzip => self.gzip,
            Coding::Identity => Some(self.identity),
        }
    }

    /// Sends the file, or 304 when `status` is 200 and the client holds it already.
    pub(super) fn answer(&self, status: StatusCode, request: &HeaderMap) -> Response<Body> {
        let coding = choose(request, |coding| self.form(coding).is_some());
        let tag = match coding {
            Coding::Identity => format!("\"{}\"", self.tag),
            _ => format!("\"{}-{}\"", self.tag, coding.name()),
        };
        let is_held = status == StatusCode::OK && holds(request, &tag);
        let body = if is_held { Body::empty() } else { Body::from(Bytes::from_static(self.form(coding).unwrap_or(self.identity))) };
        let mut response = Response::new(body);
        *response.status_mut() = if is_held { StatusCode::NOT_MODIFIED } else { status };
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.lifetime()));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if let Some(policy) = self.policy {
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        if !is_held {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
            if coding != Coding::Identity {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
            }
        }
        response
    }

    const fn lifetime(&self) -> &'static str {
        if self.is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" }
    }
}

/// Whether `If-None-Match` names the tag, by weak comparison (RFC 9110 section 13.1.2).
fn holds(request: &HeaderMap, tag: &str) -> bool {
    let lines = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag)
}
