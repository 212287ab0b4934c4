//! Import of users from CSV, and export to it.

use serde::{Deserialize, Serialize};

/// `POST` CSV (`text/csv`, [`MAX_BYTES`] at most) for an [`ImportReport`]; `?dry_run=true` only checks.
pub const IMPORT: &str = "/api/users/import";
/// `GET` here for CSV; takes `search` and `filter`.
pub const EXPORT: &str = "/api/users/export";
/// The largest file.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The most faults in one [`ImportReport`].
pub const MAX_FAULTS: usize = 1_000;

/// The answer to `POST /api/users/import`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportReport {
    /// Rows in the file, without header and blank rows.
    pub total: u64,
    /// Rows without a fault.
    pub valid: u64,
    /// Users added; 0 with `dry_run`.
    pub imported: u64,
    /// Faults by line, the first [`MAX_FAULTS`].
    pub failed: Vec<ImportFault>,
}

/// Why a line of the file was not taken.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportFault {
    /// The line in the file, from 1.
    pub line: u64,
    /// The column's name; null where the line as a whole is at fault.
    pub field: Option<String>,
    /// For programs: `required`, `too_long`, `email_taken`, `extension_taken`, `duplicate`, `invalid_value`, …
    pub code: String,
    /// For people, in English.
    pub message: String,
}
