//! Changing one's own password while logged in.

use serde::{Deserialize, Serialize};

/// `PUT` here with a [`ChangePassword`]: 204, and every other session ends.
pub const PASSWORD: &str = "/api/account/password";

/// The body of `PUT /api/account/password`.
///
/// The new password is checked with [`crate::password::check`], which needs the server's policy.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// Proof that the owner is at the keyboard (OWASP ASVS 5.0 6.2.3).
    pub current_password: String,
    /// The password to use from now on.
    pub new_password: String,
}
