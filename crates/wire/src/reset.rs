//! Password reset: request a link, inspect, redeem, renew or report it.

use serde::{Deserialize, Serialize};
use std::fmt;
use validator::Validate;

use crate::Timestamp;
use crate::language::Language;
use crate::password::Policy;
use crate::users::RequesterKind;

/// `POST` a [`ForgotRequest`]: 202 [`ForgotAnswer`], the same for every address.
pub const PASSWORD_RESETS: &str = "/api/password-resets";
/// `POST` a [`LinkRequest`]: 200 [`Inspection`] or 410.
pub const INSPECT: &str = "/api/password-resets/inspect";
/// `POST` a [`RedeemRequest`]: 200 [`Redemption`], 410 or 422.
pub const REDEEM: &str = "/api/password-resets/redeem";
/// `POST` a [`LinkRequest`]: 202 [`ForgotAnswer`] or 410.
pub const RENEW: &str = "/api/password-resets/renew";
/// `POST` a [`LinkRequest`]: 204 or 410.
pub const REPORT: &str = "/api/password-resets/report";

/// The body of `POST /api/password-resets`.
#[derive(Clone, Deserialize, Serialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ForgotRequest {
    /// The address as typed.
    #[cfg_attr(feature = "openapi", schema(format = Email, max_length = 254))]
    #[validate(custom(function = "crate::email::validate"))]
    pub email: String,
    /// The language of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// The response to every accepted request for a link.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForgotAnswer {
    /// Seconds until another mail may be requested.
    pub resend_after_seconds: u64,
}

/// The token of a link. `Debug` hides it, so that it is never logged.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Token(pub String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The body of `inspect`, `renew` and `report`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// The token from the link's fragment.
    pub token: Token,
}

/// The response to `inspect` for a valid link.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Inspection {
    /// Address of the account whose password the link sets.
    pub email: String,
    /// Name of the account's owner, so that passwords containing it can be rejected while typing.
    pub name: String,
    /// Last second in which the link is valid.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// When the link was requested.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub requested_at: Timestamp,
    /// The requester of the link.
    pub requested_by: LinkRequester,
}

/// Requester of a link, as shown to its holder.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkRequester {
    /// The kind of requester.
    pub kind: RequesterKind,
    /// The admin's name; null for self-service.
    pub name: Option<String>,
}

/// The body of `redeem`. The password is validated in NFC: normalize it first.
#[derive(Clone, Deserialize, Serialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[validate(context = Policy)]
pub struct RedeemRequest {
    /// The token from the link's fragment.
    pub token: Token,
    /// The new password.
    #[validate(custom(function = "crate::password::validate", use_context))]
    pub password: String,
}

/// The response to `redeem`: the password has been changed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Redemption {
    /// Number of sessions that were ended.
    pub sessions_ended: u64,
}
