//! Server build.

use std::path::PathBuf;

use crate::shell::{self, Result};
use crate::workspace;

/// Cargo profile of `rekey`.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Fast to compile; hashing and compression are optimized nevertheless.
    Dev,
    /// For deployment.
    Release,
}

/// Compiles `rekey` like `cargo test --workspace`, which adds no work after it, and returns its path.
pub(crate) fn build_with_tests() -> Result<PathBuf> {
    shell::run(workspace::cargo("test").args(["--workspace", "--no-run", "--quiet"]))?;
    Ok(program_in("debug"))
}

/// Compiles `rekey` with the pages in `dist/` and returns its path.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    println!("Building the server");
    let mut cargo = workspace::cargo("build");
    cargo.args(["--package", "rekey-server", "--bin", "rekey"]);
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            cargo.arg("--release");
            "release"
        }
    };
    shell::run(&mut cargo)?;
    Ok(program_in(folder))
}

fn program_in(folder: &str) -> PathBuf {
    workspace::target().join(folder).join("rekey").with_extension(std::env::consts::EXE_EXTENSION)
}
