//! Signing in and out.

use super::{Result, request};
use rekey_wire::login::{LoginRequest, SESSION, Session, SessionUser};

/// Fetches who is signed in.
///
/// # Errors
/// When the server cannot be reached.
pub(crate) async fn session() -> Result<Option<SessionUser>> {
    request::get::<Session>(SESSION).await.map(|session| session.user)
}

/// Signs in.
///
/// # Errors
/// 401 when address and password do not match, 429 after too many attempts.
pub(crate) async fn log_in(body: LoginRequest) -> Result<Option<SessionUser>> {
    request::post::<Session>(SESSION, &body).await.map(|session| session.user)
}

/// Signs out, on the server too.
///
/// # Errors
/// When the server cannot be reached.
pub(crate) async fn log_out() -> Result<()> {
    request::delete(SESSION).await
}
