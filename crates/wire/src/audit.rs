//! Audit log, as returned to admins.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// `GET` an [`AuditPage`]; parameters: `user`, `action`, `from`, `to`, `cursor` and `limit`.
pub const AUDIT: &str = "/api/audit";
/// `GET` a download; parameters: `format` (`csv` or `jsonl`), `user`, `action`, `from` and `to`.
pub const AUDIT_EXPORT: &str = "/api/audit/export";

/// The kind of an audited action.
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
    /// All actions, in the order of the filter.
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

/// Reference to a user in the log.
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
    /// Time of the action.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// Kind of the action.
    pub action: Action,
    /// The user who acted; null for a visitor and for the command line.
    pub actor: Option<UserRef>,
    /// The user whose account is concerned; null if there is none.
    pub subject: Option<UserRef>,
    /// The client's address; null for the server itself and the command line.
    pub ip: Option<String>,
    /// Details as text.
    pub detail: Option<String>,
}

/// The response to `GET /api/audit`, newest first.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// The rows.
    pub items: Vec<AuditItem>,
    /// Cursor of the next (older) page; null on the last page.
    pub next_cursor: Option<String>,
}
