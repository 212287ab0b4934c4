//! `cargo xtask build`: builds the release.

use std::process::ExitCode;

use crate::server::{self, Profile};
use crate::setup::{self, For};
use crate::shell::Result;
use crate::{pages, shell};

/// Builds the program: a single file with the pages inside.
pub(crate) fn build() -> Result<ExitCode> {
    let tools = setup::begin(For::Pages)?.finish()?;
    pages::build(&tools)?;
    let program = server::build(Profile::Release)?;
    let size = std::fs::metadata(&program).map_err(|error| shell::Failure::at(&program, &error))?.len();
    println!("\n{} ({} kB)", program.display(), size / 1000);
    Ok(ExitCode::SUCCESS)
}
