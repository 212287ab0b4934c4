//! A static file of the pages, embedded by the build script.

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode};
use bytes::Bytes;

use super::sending::{Forms, Sending};

/// A file and its compressed forms. Only HTML pages have a policy.
pub(super) struct File {
    pub(super) path: &'static str,
    pub(super) kind: &'static str,
    pub(super) tag: &'static str,
    /// Whether its path contains a hash of its content.
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

    /// Returns the file, or 304 if the client's copy is current.
    pub(super) fn answer(&self, request: &HeaderMap) -> Response<Body> {
        let lifetime = if self.is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        let forms = Forms {
            identity: Bytes::from_static(self.identity),
            brotli: self.brotli.map(Bytes::from_static),
            gzip: self.gzip.map(Bytes::from_static),
        };
        let sending = Sending { kind: self.kind, tag: Some(self.tag), lifetime, vary: "accept-encoding", policy: self.policy, forms };
        sending.answer(StatusCode::OK, request)
    }
}
