//! `cargo xtask bench`: sets up and runs the benchmarks of `crates/bench`, which writes docs/speed.md.

use std::process::{Command, ExitCode};

use crate::setup::{self, For};
use crate::shell::{self, Failure, Result};
use crate::throwaway_postgres::ThrowawayPostgres;
use crate::{pages, workspace};

/// Builds pages, server and benchmarks for release, and runs the benchmarks with a temporary PostgreSQL.
pub(crate) fn bench() -> Result<ExitCode> {
    let tools = setup::begin(For::Tests)?.finish()?;
    pages::build(&tools)?;
    println!("Building the server and the benchmarks");
    // In one command, so that shared dependencies are compiled once.
    shell::run(workspace::cargo("build").args(["--release", "--package", "rekey-server", "--package", "rekey-bench"]))?;
    let program = |name: &str| workspace::target().join("release").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let system = tools.system.as_ref().ok_or_else(|| Failure("The database has not been set up.".into()))?;
    let postgres = ThrowawayPostgres::start_careful(&system.postgres)?;
    let mut bench = Command::new(program("rekey-bench"));
    bench.env("CHROMIUM", &system.chromium);
    bench.arg(program("rekey")).arg(postgres.url()).arg(workspace::root().join("docs/speed.md"));
    shell::run(&mut bench)?;
    Ok(ExitCode::SUCCESS)
}
