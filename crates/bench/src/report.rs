//! Benchmark report: printed, and written between two markers of a document.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::Result;

const BEGIN: &str = "<!-- measured: begin -->";
const END: &str = "<!-- measured: end -->";

/// The tables.
#[derive(Default)]
pub(crate) struct Report(String);

impl Report {
    /// Starts a table: heading, method, and columns.
    pub(crate) fn section(&mut self, heading: &str, how: &str, columns: &[&str]) {
        let rule = vec!["---"; columns.len()].join("|");
        let _ = write!(self.0, "\n### {heading}\n\n{how}\n\n| {} |\n|{rule}|\n", columns.join(" | "));
        eprintln!("{heading}");
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: &[String]) {
        let _ = writeln!(self.0, "| {} |", cells.join(" | "));
        eprintln!("  {}", cells.join("  "));
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Replaces the tables in the document.
    pub(crate) fn write(&self, document: &Path) -> Result<()> {
        let old = fs::read_to_string(document)?;
        let (before, rest) = old.split_once(BEGIN).ok_or("The document has no place for the tables.")?;
        let (_, after) = rest.split_once(END).ok_or("The document has no end of the tables.")?;
        Ok(fs::write(document, format!("{before}{BEGIN}\n{}\n{END}{after}", self.0))?)
    }
}

/// Returns whether a goal is met, as a word.
pub(crate) const fn verdict(is_kept: bool) -> &'static str {
    if is_kept { "yes" } else { "**no**" }
}
