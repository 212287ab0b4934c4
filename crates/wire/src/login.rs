//! Logging in and out.

use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::language::Language;
use crate::users::Role;

/// `GET` tells who is logged in, `POST` a [`LoginRequest`] logs in, `DELETE` logs out.
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
    /// Its password; nothing but emptiness and over-length is refused, whatever today's policy asks of new ones.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    #[validate(length(min = 1, code = "required"))]
    pub password: String,
}

/// The answer to `GET` and `POST /api/session`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Who is logged in; null for a visitor.
    pub user: Option<SessionUser>,
}

/// The person who is logged in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionUser {
    /// The user's id.
    pub id: String,
    /// The user's name.
    pub name: String,
    /// The user's address; null where the profile has none.
    pub email: Option<String>,
    /// What the user may do.
    pub role: Role,
    /// The telephone extension.
    pub extension: String,
    /// The language of mails to the user; null where none was chosen.
    #[serde(default)]
    pub language: Option<Language>,
}
