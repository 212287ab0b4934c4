//! Public configuration endpoint.

use super::{Result, request};
use rekey_wire::config::{CONFIG, Config};

/// Fetches the public configuration.
///
/// # Errors
/// The server cannot be reached.
pub(crate) async fn config() -> Result<Config> {
    request::get(CONFIG).await
}
