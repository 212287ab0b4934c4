//! Logging in and out.

use super::{Result, send};
use rekey_wire::login::{LoginRequest, SESSION, Session, SessionUser};

/// Asks who is logged in.
///
/// # Errors
/// When the server cannot be reached.
pub(crate) async fn session() -> Result<Option<SessionUser>> {
    send::get::<Session>(SESSION).await.map(|session| session.user)
}

/// Logs in.
///
/// # Errors
/// 401 when address and password do not belong together, 429 when it is too soon.
pub(crate) async fn log_in(request: LoginRequest) -> Result<Option<SessionUser>> {
    send::post::<Session>(SESSION, &request).await.map(|session| session.user)
}

/// Logs out, on the server too.
///
/// # Errors
/// When the server cannot be reached.
pub(crate) async fn log_out() -> Result<()> {
    send::delete(SESSION).await
}
