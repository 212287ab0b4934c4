//! `rekey audit verify`: whether the audit log is as it was written.

use super::CliError;
use crate::app::App;
use crate::audit::{Finding, verify};

/// Checks the log and tells what was found.
///
/// # Errors
/// The log is not as it was written.
pub async fn check(app: &App) -> Result<String, CliError> {
    match verify(&app.store, &app.key).await? {
        finding @ Finding::Intact { .. } => Ok(finding.to_string()),
        finding => Err(CliError(finding.to_string())),
    }
}
