//! One's own account.

use super::{Result, send};
use rekey_wire::account::{ChangePassword, PASSWORD};

/// Changes the password of who is logged in; their other sessions end.
///
/// # Errors
/// 422 when the current one is wrong or the new one is refused.
pub(crate) async fn change_password(request: ChangePassword) -> Result<()> {
    send::send("PUT", PASSWORD, &request).await
}
