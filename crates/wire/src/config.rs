//! What the pages need to know about the server before anybody logs in.

use crate::password::Policy;
use serde::{Deserialize, Serialize};

/// `GET` here for a [`Config`].
pub const CONFIG: &str = "/api/config";

/// The answer to `GET /api/config`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Config {
    /// The name that pages and mail show.
    pub brand: String,
    /// Where a person may find help; null where none is configured.
    pub support_email: Option<String>,
    /// What is asked of a new password.
    pub password: Policy,
    /// Seconds between two mails for one address; 0 where there is no such limit.
    pub resend_after_seconds: u64,
    /// Seconds that a reset link works.
    pub link_ttl_seconds: u64,
}
