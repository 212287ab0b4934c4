//! Public configuration: what the pages need before login.

use crate::password::Policy;
use serde::{Deserialize, Serialize};

/// `GET` a [`Config`].
pub const CONFIG: &str = "/api/config";

/// The response to `GET /api/config`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Config {
    /// Name shown on pages and in mail.
    pub brand: String,
    /// Support address; null if none is configured.
    pub support_email: Option<String>,
    /// Policy for new passwords.
    pub password: Policy,
    /// Seconds between two mails to one address; 0 if unlimited.
    pub resend_after_seconds: u64,
    /// Lifetime of a reset link in seconds.
    pub link_ttl_seconds: u64,
}
