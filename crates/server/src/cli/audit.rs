//! `rekey audit verify`: verifies the integrity of the audit log.

use super::CliError;
use crate::app::App;
use crate::audit::{Finding, verify};

/// Verifies the log and returns the result as text.
///
/// # Errors
/// The log has been modified.
pub async fn check(app: &App) -> Result<String, CliError> {
    match verify(&app.store, &app.key).await? {
        finding @ Finding::Intact { .. } => Ok(finding.to_string()),
        finding => Err(CliError(finding.to_string())),
    }
}
