//! Code splitting: moves the screens behind the login into a WebAssembly chunk that only signed-in users fetch.
//!
//! `#[wasm_split]` marks the split point, `--emit-relocs` (`build.rs`) keeps the relocations, and `wasm-split-cli` moves everything reachable only
//! from the split point into `split_NAME.wasm`. The main module imports `./__wasm_split.js`, which fetches the chunk relative to its own URL: all
//! files stay in one folder.

use std::fs;
use std::path::Path;

use crate::setup::Tools;
use crate::shell::{self, Failure, Result};
use crate::workspace;

/// Trunk's name of the app's files.
const APP: &str = "rekey-app";

/// Replaces the unsplit app in Trunk's `bundle` by the split one, with the same file names.
pub(super) fn split(tools: &Tools, bundle: &Path) -> Result<()> {
    let parts = workspace::target().join("split");
    let _ = fs::remove_dir_all(&parts);
    let linked = workspace::target().join(format!("wasm32-unknown-unknown/wasm/{APP}.wasm"));
    shell::run(tools.tool("wasm-split-cli").args(["--out-name", APP]).arg(&linked).arg(&parts))?;

    let mut bindgen = tools.tool("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-dir"]).arg(bundle);
    shell::run(bindgen.arg(parts.join(APP).with_extension("wasm")))?;
    let module = bundle.join(format!("{APP}_bg.wasm"));
    optimize(tools, &module, &module)?;

    for entry in fs::read_dir(&parts).map_err(|error| Failure::at(&parts, &error))?.flatten() {
        let (name, part) = (entry.file_name(), entry.path());
        if name == "__wasm_split.js" {
            fs::copy(&part, bundle.join(&name)).map_err(|error| Failure::at(&part, &error))?;
        } else if name.to_string_lossy().starts_with("split_") {
            optimize(tools, &part, &bundle.join(&name))?;
        }
    }
    Ok(())
}

/// Runs `wasm-opt` for size after compression: 2% smaller than with `-Oz`. The features are those of the `target_features` section.
fn optimize(tools: &Tools, from: &Path, to: &Path) -> Result<()> {
    let mut command = tools.tool("wasm-opt");
    command.args(["-Os", "--reorder-functions-by-name", "--strip-debug", "--strip-producers", "--strip-target-features"]);
    command.arg(from).arg("-o").arg(to);
    shell::run(&mut command)
}
