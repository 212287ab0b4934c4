//! Login and session.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::language::Language;
use crate::users::Role;

/// `GET` the current [`Session`], `POST` a [`LoginRequest`] to log in, `DELETE` to log out.
pub const SESSION: &str = "/api/session";

/// The body of `POST /api/session`.
#[derive(Clone, Deserialize, Serialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The address of the account.
    #[cfg_attr(feature = "openapi", schema(format = Email, max_length = 254))]
    #[validate(custom(function = "crate::email::validate"))]
    pub email: String,
    /// The password. Only empty and overlong passwords are rejected, independently of the current policy for new ones.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    #[validate(length(min = 1, code = "required"))]
    pub password: String,
}

/// The response to `GET` and `POST /api/session`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The signed-in user; null for a visitor.
    pub user: Option<SessionUser>,
}

/// The signed-in user.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionUser {
    /// The user's id.
    pub id: String,
    /// The user's name.
    pub name: String,
    /// The user's address; null if there is none.
    pub email: Option<String>,
    /// The user's role.
    pub role: Role,
    /// The telephone extension.
    pub extension: String,
    /// Language of mails to the user; absent if none was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false))]
    pub language: Option<Language>,
}
