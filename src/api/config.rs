//! What the server is called and asks for.

use super::{Result, send};
use rekey_wire::config::{CONFIG, Config};

/// Asks for the configuration that pages need.
///
/// # Errors
/// When the server cannot be reached.
pub(crate) async fn config() -> Result<Config> {
    send::get(CONFIG).await
}
