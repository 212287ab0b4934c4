//! `wasm-opt`, which reduces the size of the WebAssembly.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::system;
use crate::shell::{self, Failure, Result};
use crate::workspace;

/// Release on the npm registry.
const VERSION: &str = "132.0.0";

/// Oldest release accepted from the machine: the one that Trunk would download.
const OLDEST: u32 = 123;

/// Location of `wasm-opt`.
pub(crate) enum WasmOpt {
    /// On PATH.
    OnPath,
    /// In this folder.
    In(PathBuf),
    /// Not installed: Trunk will download it.
    LeftToTrunk,
}

/// Finds or installs `wasm-opt`: from the machine, from npm, or from a system package.
pub(crate) fn ensure() -> Result<WasmOpt> {
    let on_path = shell::find("wasm-opt");
    if on_path.as_deref().and_then(version_of).is_some_and(|version| version >= OLDEST) {
        return Ok(WasmOpt::OnPath);
    }
    let folder = workspace::cache()?.join("tools").join(format!("binaryen-{VERSION}"));
    let bin = folder.join("bin");
    if bin.join("wasm-opt").exists() {
        return Ok(WasmOpt::In(bin));
    }
    if shell::find("npm").is_some() {
        println!("Installing wasm-opt (binaryen {VERSION}, from npm) into {}", folder.display());
        fs::create_dir_all(&folder).map_err(|error| Failure::at(&folder, &error))?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--global", "--no-fund", "--no-audit", "--loglevel=error", "--prefix"]).arg(&folder);
        shell::run(npm.arg(format!("binaryen@{VERSION}")))?;
        return Ok(WasmOpt::In(bin));
    }
    if on_path.is_some() {
        return Ok(WasmOpt::OnPath);
    }
    // Trunk downloads it from Binaryen's releases if the network allows; a Debian machine may only have its package archive.
    let Some(apt) = system::Apt::usable() else { return Ok(WasmOpt::LeftToTrunk) };
    apt.install(&["binaryen"])?;
    Ok(WasmOpt::OnPath)
}

/// Parses `wasm-opt version 132 (version_132)` into 132.
fn version_of(file: &Path) -> Option<u32> {
    let said = shell::capture(Command::new(file).arg("--version")).ok()?;
    said.split_whitespace().nth(2)?.parse().ok()
}
