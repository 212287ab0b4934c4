//! Session endpoints: login, logout, current session.

use super::{Result, request};
use rekey_wire::login::{LoginRequest, SESSION, Session, SessionUser};

/// Fetches the signed-in user.
///
/// # Errors
/// The server cannot be reached.
pub(crate) async fn session() -> Result<Option<SessionUser>> {
    request::get::<Session>(SESSION).await.map(|session| session.user)
}

/// Signs in.
///
/// # Errors
/// 401 if address and password do not match, 429 after too many attempts.
pub(crate) async fn log_in(body: LoginRequest) -> Result<Option<SessionUser>> {
    request::post::<Session>(SESSION, &body).await.map(|session| session.user)
}

/// Ends the session on the server.
///
/// # Errors
/// The server cannot be reached.
pub(crate) async fn log_out() -> Result<()> {
    request::delete(SESSION).await
}
