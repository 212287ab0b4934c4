//! `wasm-opt`, which makes the WebAssembly smaller.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::system;
use crate::shell::{self, Failure, Result};
use crate::workspace;

/// The release that the npm registry carries.
const VERSION: &str = "132.0.0";

/// The oldest release taken from the machine: what Trunk would download by itself.
const OLDEST: u32 = 123;

/// Where `wasm-opt` is.
pub(crate) enum WasmOpt {
    /// Where any program is found.
    OnPath,
    /// In this folder.
    In(PathBuf),
    /// Nowhere yet: Trunk downloads it by itself.
    LeftToTrunk,
}

/// Makes sure there is a `wasm-opt`: the machine's, one from npm, or the system's package.
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
    // Trunk downloads it from Binaryen's releases where there is a way out; a Debian machine may have only its packages.
    let Some(apt) = system::Apt::usable() else { return Ok(WasmOpt::LeftToTrunk) };
    apt.install(&["binaryen"])?;
    Ok(WasmOpt::OnPath)
}

/// `wasm-opt version 132 (version_132)` → 132.
fn version_of(file: &Path) -> Option<u32> {
    let said = shell::capture(Command::new(file).arg("--version")).ok()?;
    said.split_whitespace().nth(2)?.parse().ok()
}
