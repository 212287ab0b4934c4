//! WebAssembly target of the toolchain, from rustup.

use std::path::Path;
use std::process::Command;

use crate::shell::{self, Failure, Result};

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target unless the toolchain has it.
pub(crate) fn ensure() -> Result<()> {
    let folder = shell::capture(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    if shell::find("rustup").is_none() {
        return Err(Failure(format!(
            "This Rust cannot compile for the browser, and it is not from rustup, which could add that.\n\
             Install the standard library for {TARGET} from where your Rust came from (Debian: apt install libstd-rust-dev-wasm32)."
        )));
    }
    println!("Installing the Rust target {TARGET}");
    shell::run(Command::new("rustup").args(["target", "add", TARGET]))
}
