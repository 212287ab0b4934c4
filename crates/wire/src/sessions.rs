//! Login sessions, as shown to their owner and to admins.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// `GET` the user's own [`SessionList`]; `DELETE` ends all but the current session: [`SessionsEnded`].
pub const OWN_SESSIONS: &str = "/api/account/sessions";

/// Returns the path of one of the user's own sessions; `DELETE` ends it: 204.
#[must_use]
pub fn own_session_path(id: &str) -> String {
    [OWN_SESSIONS, "/", id].concat()
}

/// A session, without the value of its cookie.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionItem {
    /// The id.
    pub id: String,
    /// The time of the login.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// The last use, with a resolution of one minute.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub last_used_at: Timestamp,
    /// The client's address at the login; null if unknown.
    pub ip: Option<String>,
    /// The browser's user agent at the login; null if it sent none.
    pub user_agent: Option<String>,
    /// Whether the request was made with this session; only in the user's own list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false))]
    pub current: Option<bool>,
}

/// The sessions of a user, last used first.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionList {
    /// The sessions.
    pub items: Vec<SessionItem>,
}

/// Result of ending sessions.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsEnded {
    /// Number of sessions ended.
    pub sessions_ended: u64,
}
