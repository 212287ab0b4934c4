//! Users, as the admin API reads and changes them.

pub mod bulk;
pub mod import;
mod query;
mod reset;

pub use query::{Filter, Sort, SortKey};
pub use reset::{Requester, RequesterKind, Reset, ResetStarted, ResetState};
use serde::{Deserialize, Deserializer, Serialize};
use validator::Validate;

use crate::Timestamp;
use crate::language::Language;

/// `GET` for a [`UserPage`], `POST` a [`NewUser`].
pub const USERS: &str = "/api/users";
/// `GET` for [`UserCounts`].
pub const COUNTS: &str = "/api/users/counts";
/// Server-sent events `users`, each with [`UsersChanged`].
pub const EVENTS: &str = "/api/events";
/// The largest page that may be asked for.
pub const MAX_LIMIT: u32 = 100;
/// The page that is sent when no size is asked for.
pub const DEFAULT_LIMIT: u32 = 50;

/// The path of one user: `GET` for a [`User`] with an `ETag`, `PATCH` a [`UserPatch`] (with `If-Match`, if it must be unchanged), `DELETE`.
#[must_use]
pub fn user_path(id: &str) -> String {
    [USERS, "/", id].concat()
}

/// `POST` here, without a body, sends the user a reset link: 202 [`ResetStarted`].
#[must_use]
pub fn user_reset_path(id: &str) -> String {
    [USERS, "/", id, "/password-reset"].concat()
}

/// `GET` here for the user's [`crate::sessions::SessionList`], `DELETE` ends them: [`crate::sessions::SessionsEnded`].
#[must_use]
pub fn user_sessions_path(id: &str) -> String {
    [USERS, "/", id, "/sessions"].concat()
}

/// `GET` here for an [`ExtensionSecret`], `POST` a [`NewExtensionSecret`].
#[must_use]
pub fn extension_secret_path(id: &str) -> String {
    [USERS, "/", id, "/extension-secret"].concat()
}

/// What a user may do.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "strum", derive(strum::EnumString, strum::IntoStaticStr), strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Agents in the users area; no audit log, no secrets, no import, no deletion.
    Manager,
    /// Their own account only.
    #[default]
    Agent,
}

impl Role {
    /// Every role, the most powerful first.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Manager, Self::Agent];

    /// Whether somebody of this role may create, edit, disable and reset users of role `other`.
    #[must_use]
    pub const fn may_manage(self, other: Self) -> bool {
        match self {
            Self::Admin => true,
            Self::Manager => matches!(other, Self::Agent),
            Self::Agent => false,
        }
    }

    /// Whether somebody of this role may open the users area at all.
    #[must_use]
    pub const fn sees_users(self) -> bool {
        matches!(self, Self::Admin | Self::Manager)
    }
}

/// How the telephone extension is registered.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "strum", derive(strum::EnumString, strum::IntoStaticStr), strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum ExtensionType {
    /// In the browser; it has no secret.
    #[default]
    Web,
    /// A SIP telephone.
    Sip,
    /// A SIP telephone over TLS.
    SipTls,
}

impl ExtensionType {
    /// Every type, in the order shown.
    pub const ALL: [Self; 3] = [Self::Web, Self::Sip, Self::SipTls];

    /// Whether the extension has a secret.
    #[must_use]
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::Sip | Self::SipTls)
    }
}

/// Whether the account can be used.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "strum", derive(strum::EnumString, strum::IntoStaticStr), strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// In use.
    #[default]
    Active,
    /// Nobody can log in, and no link is sent.
    Disabled,
}

/// Whether mail can reach the user.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "strum", derive(strum::EnumString, strum::IntoStaticStr), strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum EmailStatus {
    /// As far as anybody knows.
    Ok,
    /// The profile holds no address.
    Missing,
    /// What the profile holds is no address.
    Invalid,
    /// The mail server refused it for good; a reset may still be tried.
    Bounced,
}

impl EmailStatus {
    /// Whether a link may be sent there.
    #[must_use]
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Ok | Self::Bounced)
    }
}

/// A user.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// The id; text, whatever the database makes of it.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// The address in the profile, be it usable or not.
    pub email: Option<String>,
    /// Whether mail can reach it.
    pub email_status: EmailStatus,
    /// What the user may do.
    pub role: Role,
    /// Whether the account can be used.
    pub status: Status,
    /// The telephone number; null where none is known.
    pub phone: Option<String>,
    /// The language of mails to the user; null where none was chosen.
    pub language: Option<Language>,
    /// The telephone extension.
    pub extension: String,
    /// How it is registered.
    pub extension_type: ExtensionType,
    /// The last successful login.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub last_login_at: Option<Timestamp>,
    /// Until when "this wasn't me" holds self-service mails back; null where it does not.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub paused_until: Option<Timestamp>,
    /// The newest reset.
    pub reset: Option<Reset>,
}

/// The answer to `GET /api/users/counts`: how many users each filter lets through.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserCounts {
    /// Everybody.
    pub all: u64,
    /// Those whom no mail can reach.
    pub no_valid_email: u64,
    /// Those with a link on its way or still working.
    pub reset_pending: u64,
    /// Disabled accounts.
    pub disabled: u64,
}

/// The answer to `GET /api/users`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserPage {
    /// The users.
    pub items: Vec<User>,
    /// Where the next page starts; null on the last.
    pub next_cursor: Option<String>,
    /// Where the previous page starts; null on the first.
    pub previous_cursor: Option<String>,
    /// How many users the search and the filter find, on all pages.
    pub total: u64,
    /// Whether that is all. Without a search 100,000 are counted; where there are more, this is false and `total` is 100,000. A
    /// search among more than 10,000 users (whom the filter lets through) counts up to 500 of those it finds: where there are
    /// more, this is false and `total` is 500.
    pub total_is_exact: bool,
}

/// The data of an event of [`EVENTS`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct UsersChanged {
    /// The ids of the changed users.
    pub ids: Vec<String>,
}

/// The body of `POST /api/users`.
#[derive(Clone, Default, Deserialize, Serialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The person's name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    #[validate(custom(function = "crate::name::validate"))]
    pub name: String,
    /// Their address; null or absent where they have none: then nothing is mailed.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Email, max_length = 254))]
    #[validate(custom(function = "crate::email::validate"))]
    pub email: Option<String>,
    /// What they may do; an agent unless said.
    #[serde(default)]
    pub role: Role,
}

/// The body of `PATCH /api/users/{id}`: what is absent stays as it is.
#[derive(Clone, Default, Deserialize, Serialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// A new name.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false, min_length = 1, max_length = 200))]
    #[validate(custom(function = "crate::name::validate"))]
    pub name: Option<String>,
    /// A new address; null removes it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, value_type = Option<String>, format = Email, max_length = 254))]
    #[validate(custom(function = "crate::email::validate"))]
    pub email: Option<Option<String>>,
    /// A new role.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false))]
    pub role: Option<Role>,
    /// Disables the account or enables it again.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false))]
    pub status: Option<Status>,
}

/// A field that is there is `Some`, also when it is null: `null` empties a field that may be empty and is refused for
/// one that may not.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The answer to `GET` and `POST /api/users/{id}/extension-secret`.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExtensionSecret {
    /// The secret, in clear.
    pub secret: String,
}

/// The body of `POST /api/users/{id}/extension-secret`.
#[derive(Clone, Default, Deserialize, Serialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewExtensionSecret {
    /// The secret to set; generated where absent or null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 12, max_length = 64))]
    #[validate(custom(function = "crate::extension::validate_secret"))]
    pub secret: Option<String>,
}
