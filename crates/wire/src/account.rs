//! Account of the signed-in user.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::language::Language;
use crate::password::Policy;

/// `PUT` a [`ChangePassword`]: 204, and all other sessions end.
pub const PASSWORD: &str = "/api/account/password";

/// `PATCH` an [`AccountPatch`]: 200 [`crate::login::SessionUser`].
pub const ACCOUNT: &str = "/api/account";

/// The body of `PATCH /api/account`: absent fields are left unchanged.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountPatch {
    /// Language of mails to the user; null uses the browser's.
    #[serde(default, deserialize_with = "crate::users::present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, value_type = Option<Language>))]
    pub language: Option<Option<Language>>,
}

/// The body of `PUT /api/account/password`. Passwords are validated in NFC: normalize them first.
#[derive(Clone, Deserialize, Serialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[validate(context = Policy)]
pub struct ChangePassword {
    /// The current password, which proves that the owner is present (OWASP ASVS 5.0 6.2.3).
    #[validate(length(min = 1, code = "required"))]
    pub current_password: String,
    /// The new password.
    #[validate(custom(function = "crate::password::validate", use_context))]
    pub new_password: String,
}
