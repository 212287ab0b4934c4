//! Users, for admins.

use super::{Result, request};
use gloo_net::http::Request;
use rekey_wire::users::{Reset, ResetStarted, USERS, UserPage, UserPatch, user_path, user_reset_path};

/// Lists users; `query` begins with a question mark.
///
/// # Errors
/// 401 and 403 for anybody but an admin.
pub(crate) async fn list_users(query: &str) -> Result<UserPage> {
    request::get(&[USERS, query].concat()).await
}

/// Sends a user a reset link.
///
/// # Errors
/// 409 when no mail can reach them or the account is disabled, 429 within the cooldown.
pub(crate) async fn reset_password(id: &str) -> Result<Reset> {
    request::post_empty::<ResetStarted>(&user_reset_path(id)).await.map(|started| started.reset)
}

/// Changes a user's address.
///
/// # Errors
/// 409 when another user has it, 422 when it is malformed.
pub(crate) async fn change_email(id: &str, patch: UserPatch) -> Result<()> {
    request::send_json(Request::patch(&user_path(id)), &patch).await.map(drop)
}
