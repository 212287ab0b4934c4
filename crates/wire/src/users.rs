//! Users, as the admin API reads and changes them.

mod query;

pub use query::{Filter, Sort, SortKey};
use serde::{Deserialize, Deserializer, Serialize};
use validator::Validate;

use crate::Timestamp;

/// `GET` for a [`UserPage`], `POST` a [`NewUser`].
pub const USERS: &str = "/api/users";
/// `POST` a [`ResetMany`]: 202 [`ResetManyAnswer`].
pub const RESET_MANY: &str = "/api/users/password-resets";
/// Server-sent events `users`, each with [`UsersChanged`].
pub const EVENTS: &str = "/api/events";
/// The largest page that may be asked for.
pub const MAX_LIMIT: u32 = 100;
/// The page that is sent when no size is asked for.
pub const DEFAULT_LIMIT: u32 = 50;

/// The path of one user: `GET` for a [`User`], `PATCH` a [`UserPatch`].
#[must_use]
pub fn user_path(id: &str) -> String {
    [USERS, "/", id].concat()
}

/// `POST` here, without a body, sends the user a reset link: 202 [`ResetStarted`].
#[must_use]
pub fn user_reset_path(id: &str) -> String {
    [USERS, "/", id, "/password-reset"].concat()
}

/// What a user may do.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "strum", derive(strum::EnumString, strum::IntoStaticStr), strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, in the users area too.
    Admin,
    /// Their own account only.
    #[default]
    Agent,
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

/// How far a reset has come.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResetState {
    /// The mail waits to be sent.
    Queued,
    /// The mail server took it.
    Sent,
    /// The mail server refused it; `detail` says why.
    Failed,
    /// The link was opened.
    Opened,
    /// The password was changed with it.
    Used,
    /// Its time ran out.
    Expired,
    /// A newer link, a changed profile or its owner ended it.
    Cancelled,
}

/// Who asked for a reset.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "strum", derive(strum::EnumString, strum::IntoStaticStr), strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum RequesterKind {
    /// The user, or somebody who typed the user's address.
    #[serde(rename = "self")]
    #[cfg_attr(feature = "strum", strum(serialize = "self"))]
    Oneself,
    /// An admin.
    Admin,
    /// The command line.
    Cli,
}

/// Who asked for a reset, with a name to show.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Requester {
    /// What kind of requester.
    pub kind: RequesterKind,
    /// Their name.
    pub name: String,
}

/// The newest reset of a user. It never holds a token, a link or a hash.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reset {
    /// How far it has come.
    pub state: ResetState,
    /// When it was asked for.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub requested_at: Timestamp,
    /// Who asked for it.
    pub requested_by: Requester,
    /// The last second in which the link works; null while queued: its life counts from sending.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Why it failed, in words.
    pub detail: Option<String>,
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
    /// The telephone extension, assigned by the server.
    pub extension: String,
    /// The last successful login.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub last_login_at: Option<Timestamp>,
    /// The newest reset.
    pub reset: Option<Reset>,
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
    /// Whether that is all. Among more than 10,000 users (whom the filter lets through) a search counts up to 500 of those it finds: where there
    /// are more, this is false and `total` is 500.
    pub total_is_exact: bool,
}

/// The data of an event of [`EVENTS`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct UsersChanged {
    /// The ids of the changed users.
    pub ids: Vec<String>,
}

/// The body of `POST /api/users`.
#[derive(Clone, Deserialize, Serialize, Validate)]
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
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// The answer to `POST /api/users/{id}/password-reset`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetStarted {
    /// The reset, queued.
    pub reset: Reset,
}

/// The body of `POST /api/users/password-resets`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ResetMany {
    /// The users; at most [`MAX_LIMIT`].
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub ids: Vec<String>,
}

/// A user who was passed over, with the reason.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Skipped {
    /// The id as asked.
    pub id: String,
    /// `not_found`, `no_valid_email`, `user_disabled` or `too_many_requests`.
    pub code: crate::problem::Code,
}

/// The answer to `POST /api/users/password-resets`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetManyAnswer {
    /// Whose links are on their way.
    pub queued: Vec<String>,
    /// Who was passed over.
    pub skipped: Vec<Skipped>,
}
