//! The id in a path.

use crate::http::error::{ApiError, Result};
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use rekey_wire::problem::Code;

/// A user's id as a path names it; what is no id is nobody's, 404.
#[derive(Clone, Copy, Debug)]
pub struct UserId(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for UserId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| ApiError::new(Code::NotFound))?;
        read(&text).map(Self).ok_or(ApiError::new(Code::NotFound))
    }
}

/// Reads an id as the API writes it. One spelling for each: "+7" and "07" are not "7".
pub(super) fn read(text: &str) -> Option<i64> {
    text.parse().ok().filter(|id: &i64| *id > 0 && id.to_string() == text)
}
