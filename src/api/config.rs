//! The public configuration.

use super::{Result, request};
use rekey_wire::config::{CONFIG, Config};

/// Fetches the public configuration.
///
/// # Errors
/// When the server cannot be reached.
pub(crate) async fn config() -> Result<Config> {
    request::get(CONFIG).await
}
