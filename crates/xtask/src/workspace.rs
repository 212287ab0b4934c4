//! Paths: the checkout, cargo's target directory, the cache of tools.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, fs};

use crate::shell::{Failure, Result};

/// Returns the root of the checkout, as reported by cargo at run time: a checkout copied or moved with its target directory contains a program
/// compiled elsewhere.
pub(crate) fn root() -> &'static Path {
    static OWN: LazyLock<PathBuf> =
        LazyLock::new(|| env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from));
    // `crates/xtask` is two levels below it.
    OWN.ancestors().nth(2).unwrap_or(Path::new("."))
}

/// Returns cargo's target directory, wherever it is configured: this program is in `TARGET/debug/`.
pub(crate) fn target() -> PathBuf {
    let own = env::current_exe().ok();
    own.as_deref().and_then(|file| file.ancestors().nth(2)).map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// Returns the folder of the built pages.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// Returns the folder for tools, shared by runs and checkouts: `$XDG_CACHE_HOME/rekey`, or `~/.cache/rekey`.
pub(crate) fn cache() -> Result<PathBuf> {
    let base = match env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => {
            env::home_dir().ok_or_else(|| Failure("There is no home folder to keep tools in: set XDG_CACHE_HOME.".into()))?.join(".cache")
        }
    };
    Ok(base.join("rekey"))
}

/// Returns the version of `package` in Cargo.lock.
pub(crate) fn locked_version(package: &str) -> Result<String> {
    let file = root().join("Cargo.lock");
    let text = fs::read_to_string(&file).map_err(|error| Failure::at(&file, &error))?;
    version_in(&text, package).map(str::to_owned).ok_or_else(|| Failure(format!("Cargo.lock holds no `{package}`.")))
}

fn version_in<'lock>(lock: &'lock str, package: &str) -> Option<&'lock str> {
    let after = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?.1;
    after.split_once('"').map(|(version, _)| version)
}

/// Returns a command for the `cargo` that runs this program, in the root of the checkout.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.arg(subcommand).current_dir(root()).env("CARGO_TARGET_DIR", target());
    command
}

#[cfg(test)]
mod tests {
    use super::version_in;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.9\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";

    #[test]
    fn the_locked_version_is_that_of_the_very_package() {
        assert_eq!(version_in(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(version_in(LOCK, "wasm"), None);
    }
}
