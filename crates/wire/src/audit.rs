//! The audit log as an admin reads it.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// `GET` here for an [`AuditPage`]; takes `user`, `action`, `from`, `to`, `cursor` and `limit`.
pub const AUDIT: &str = "/api/audit";
/// `GET` here for a download; takes `format` (`csv` or `jsonl`), `user`, `action`, `from` and `to`.
pub const AUDIT_EXPORT: &str = "/api/audit/export";

/// What happened.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "strum", derive(strum::EnumString, strum::IntoStaticStr), strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Action {
    Login,
    LoginFailed,
    LoginThrottled,
    Logout,
    ResetRequested,
    ResetThrottled,
    ResetMailed,
    ResetFailed,
    ResetRedeemed,
    ResetRenewed,
    ResetReported,
    PasswordChanged,
    UserCreated,
    UserUpdated,
    UserDisabled,
    UserEnabled,
    UserDeleted,
    UsersImported,
    UsersExported,
    SessionsEnded,
    SecretViewed,
    SecretChanged,
    BatchStarted,
    BatchCancelled,
    AuditPruned,
    KeyRotated,
}

impl Action {
    /// Every action, in the order of the filter.
    pub const ALL: [Self; 26] = [
        Self::Login,
        Self::LoginFailed,
        Self::LoginThrottled,
        Self::Logout,
        Self::ResetRequested,
        Self::ResetThrottled,
        Self::ResetMailed,
        Self::ResetFailed,
        Self::ResetRedeemed,
        Self::ResetRenewed,
        Self::ResetReported,
        Self::PasswordChanged,
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserDisabled,
        Self::UserEnabled,
        Self::UserDeleted,
        Self::UsersImported,
        Self::UsersExported,
        Self::SessionsEnded,
        Self::SecretViewed,
        Self::SecretChanged,
        Self::BatchStarted,
        Self::BatchCancelled,
        Self::AuditPruned,
        Self::KeyRotated,
    ];
}

/// A user as the log names them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRef {
    /// The user's id.
    pub id: String,
    /// The user's name at that time.
    pub name: String,
}

/// One row of the log.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditItem {
    /// When it happened.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// What happened.
    pub action: Action,
    /// Who did it; null for a visitor and for the command line.
    pub actor: Option<UserRef>,
    /// Whose account it concerns; null where there is none.
    pub subject: Option<UserRef>,
    /// The client's address; null where it was the server itself or the command line.
    pub ip: Option<String>,
    /// More, in words.
    pub detail: Option<String>,
}

/// The answer to `GET /api/audit`, newest first.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// The rows.
    pub items: Vec<AuditItem>,
    /// Where the next (older) page starts; null on the last.
    pub next_cursor: Option<String>,
}
