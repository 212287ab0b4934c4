//! The account of the signed-in user.

use super::{Result, request};
use gloo_net::http::Request;
use rekey_wire::account::{ChangePassword, PASSWORD};

/// Changes the password of the signed-in user; their other sessions end.
///
/// # Errors
/// 422 when the current password is wrong or the new one is refused.
pub(crate) async fn change_password(body: ChangePassword) -> Result<()> {
    request::send_json(Request::put(PASSWORD), &body).await.map(drop)
}
