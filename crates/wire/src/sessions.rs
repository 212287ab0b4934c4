//! Login sessions, as their owner and admins see them.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// `GET` for one's own [`SessionList`]; `DELETE` ends all but the current one: [`SessionsEnded`].
pub const OWN_SESSIONS: &str = "/api/account/sessions";

/// `DELETE` here ends one session of one's own: 204.
#[must_use]
pub fn own_session_path(id: &str) -> String {
    [OWN_SESSIONS, "/", id].concat()
}

/// A session. It never holds the cookie's value.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionItem {
    /// The id.
    pub id: String,
    /// The time of the login.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// The last use, to the minute.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub last_used_at: Timestamp,
    /// The client's address at the login; null where it is not known.
    pub ip: Option<String>,
    /// The browser, as it named itself at the login; null where it did not.
    pub user_agent: Option<String>,
    /// Whether the request came with this session; only in one's own list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false))]
    pub current: Option<bool>,
}

/// The sessions of a user, the last used first.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionList {
    /// The sessions.
    pub items: Vec<SessionItem>,
}

/// How many sessions were ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsEnded {
    /// The number.
    pub sessions_ended: u64,
}
