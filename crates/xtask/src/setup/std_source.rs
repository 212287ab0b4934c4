//! The source of Rust's standard library, from rustup: the pages bring a standard library built for size.
//!
//! Built anew without the machinery that words panics, it makes the compressed WebAssembly a tenth smaller
//! (`docs/speed.md`). Cargo calls that `build-std` and does not promise it yet, hence `RUSTC_BOOTSTRAP`; it concerns the
//! pages' release alone, and where the source cannot be had, the pages are built with the library as it comes.

use std::path::Path;
use std::process::Command;

use crate::shell::{self, Result};

/// Whether the source is here; installs it where rustup can.
pub(crate) fn ensure() -> Result<bool> {
    let sysroot = shell::capture(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file() {
        return Ok(true);
    }
    if shell::find("rustup").is_none() {
        println!("This Rust is not from rustup: the pages are built with its standard library as it is, and are a tenth larger.");
        return Ok(false);
    }
    println!("Installing the source of Rust's standard library");
    shell::run(Command::new("rustup").args(["component", "add", "rust-src"]))?;
    Ok(true)
}

/// Has `command` build the standard library for size.
pub(crate) fn build_for_size(command: &mut Command) {
    command.env("RUSTC_BOOTSTRAP", "1");
    command.env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort").env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size");
    // Takes the place of what `.cargo/config.toml` says for this target, and so repeats it.
    let flags = "--cfg erase_components -Zunstable-options -Cpanic=immediate-abort";
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
}
