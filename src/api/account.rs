//! Account endpoints.

use super::{Result, request};
use gloo_net::http::Request;
use rekey_wire::account::{ChangePassword, PASSWORD};

/// Changes the password of the signed-in user and ends their other sessions.
///
/// # Errors
/// 422 if the current password is wrong or the new one is rejected.
pub(crate) async fn change_password(body: ChangePassword) -> Result<()> {
    request::send_json(Request::put(PASSWORD), &body).await.map(drop)
}
