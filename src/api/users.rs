//! User administration endpoints.

use super::{Result, request};
use gloo_net::http::Request;
use rekey_wire::users::{Reset, ResetStarted, USERS, UserPage, UserPatch, user_path, user_reset_path};

/// Lists users; `query` begins with a question mark.
///
/// # Errors
/// 401 if signed out, 403 if the role does not allow it.
pub(crate) async fn list_users(query: &str) -> Result<UserPage> {
    request::get(&[USERS, query].concat()).await
}

/// Sends a reset link to a user.
///
/// # Errors
/// 409 if the user has no valid address or the account is disabled, 429 within the cooldown.
pub(crate) async fn reset_password(id: &str) -> Result<Reset> {
    request::post_empty::<ResetStarted>(&user_reset_path(id)).await.map(|started| started.reset)
}

/// Changes a user's address.
///
/// # Errors
/// 409 if another user has it, 422 if it is malformed.
pub(crate) async fn change_email(id: &str, patch: UserPatch) -> Result<()> {
    request::send_json(Request::patch(&user_path(id)), &patch).await.map(drop)
}
