//! Users, as an admin sees them.

use super::{Result, send};
use rekey_wire::users::{Reset, ResetStarted, UserPage, UserPatch, user_path, user_reset_path};

/// Lists users; `query` begins with a question mark.
///
/// # Errors
/// 401 and 403 when it is not an admin who asks.
pub(crate) async fn list_users(query: &str) -> Result<UserPage> {
    send::get(&[rekey_wire::users::USERS, query].concat()).await
}

/// Sends a user a reset link.
///
/// # Errors
/// 409 when no mail can reach them or the account is disabled, 429 when it is too soon.
pub(crate) async fn reset_password(id: &str) -> Result<Reset> {
    send::post_nothing::<ResetStarted>(&user_reset_path(id)).await.map(|started| started.reset)
}

/// Gives a user another address.
///
/// # Errors
/// 409 when another user has it, 422 when it is none.
pub(crate) async fn change_email(id: &str, email: String) -> Result<()> {
    send::send("PATCH", &user_path(id), &UserPatch { email: Some(Some(email)), ..UserPatch::default() }).await
}
