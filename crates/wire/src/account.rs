//! The account of the signed-in user.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::language::Language;
use crate::password::Policy;

/// `PUT` here with a [`ChangePassword`]: 204, and every other session ends.
pub const PASSWORD: &str = "/api/account/password";

/// `PATCH` an [`AccountPatch`]: 200 [`crate::login::SessionUser`].
pub const ACCOUNT: &str = "/api/account";

/// The body of `PATCH /api/account`: what is absent stays as it is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountPatch {
    /// The language of mails to oneself; null leaves it to the browser.
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
    /// Proof that the owner is at the keyboard (OWASP ASVS 5.0 6.2.3).
    #[validate(length(min = 1, code = "required"))]
    pub current_password: String,
    /// The password to use from now on.
    #[validate(custom(function = "crate::password::validate", use_context))]
    pub new_password: String,
}
