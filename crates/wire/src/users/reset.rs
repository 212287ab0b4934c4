//! The newest password reset of a user, as the admin API shows it.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// When it came there.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub state_at: Timestamp,
    /// When it was asked for.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub requested_at: Timestamp,
    /// Who asked for it.
    pub requested_by: Requester,
    /// The last second in which the link works; null while queued: its life counts from sending.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Why it failed or what it waits for, in words.
    pub detail: Option<String>,
}

/// The answer to `POST /api/users/{id}/password-reset`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetStarted {
    /// The reset, queued.
    pub reset: Reset,
}
