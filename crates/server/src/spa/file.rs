//! One file of the pages, as the build script put it into the program.

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode};
use bytes::Bytes;

use super::sending::{Forms, Sending};

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

    /// Sends the file, or 304 when the client holds it already.
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
