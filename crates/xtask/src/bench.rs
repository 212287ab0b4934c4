//! `cargo xtask bench`: the benchmarks, as a table.

use std::process::ExitCode;

use crate::shell::{Failure, Result};

/// There is nothing to measure yet.
pub(crate) fn bench() -> Result<ExitCode> {
    Err(Failure("There are no benchmarks yet.".into()))
}
