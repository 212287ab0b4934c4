//! Response for a file or a page: content coding, entity tag and caching.

use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Response, StatusCode};
use bytes::Bytes;

use super::encoding::{Coding, choose};

/// The same content in several content codings.
#[derive(Clone, Debug)]
pub(super) struct Forms {
    pub(super) identity: Bytes,
    pub(super) brotli: Option<Bytes>,
    pub(super) gzip: Option<Bytes>,
}

impl Forms {
    const fn get(&self, coding: Coding) -> Option<&Bytes> {
        match coding {
            Coding::Brotli => self.brotli.as_ref(),
            Coding::Gzip => self.gzip.as_ref(),
            Coding::Identity => Some(&self.identity),
        }
    }
}

/// A response to be sent.
pub(super) struct Sending<'a> {
    /// The media type.
    pub(super) kind: &'static str,
    /// Entity tag of the content; `None` for personal content.
    pub(super) tag: Option<&'a str>,
    /// The value of `Cache-Control`.
    pub(super) lifetime: &'static str,
    /// Request headers that the response depends on (`Vary`).
    pub(super) vary: &'static str,
    /// Content security policy of a page.
    pub(super) policy: Option<&'static str>,
    pub(super) forms: Forms,
}

impl Sending<'_> {
    /// Returns the response, or 304 if `status` is 200 and the client's copy is current.
    pub(super) fn answer(&self, status: StatusCode, request: &HeaderMap) -> Response<Body> {
        let coding = choose(request, |coding| self.forms.get(coding).is_some());
        let tag = self.tag.map(|tag| match coding {
            Coding::Identity => format!("\"{tag}\""),
            _ => format!("\"{tag}-{}\"", coding.name()),
        });
        let is_held = status == StatusCode::OK && tag.as_ref().is_some_and(|tag| holds(request, tag));
        let body = self.forms.get(coding).filter(|_| !is_held).cloned().unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = if is_held { StatusCode::NOT_MODIFIED } else { status };
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static(self.vary));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.lifetime));
        if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
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
}

/// Returns whether `If-None-Match` contains the tag, by weak comparison (RFC 9110 section 13.1.2).
fn holds(request: &HeaderMap, tag: &str) -> bool {
    let lines = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held) == tag)
}
