//! Page build into `dist/`, skipped if it is newer than all sources: Trunk compiles and bundles the app, `split` moves the screens behind the login
//! into a chunk, `publish` moves the app's files into a folder named by their hash, and a native build of the app prerenders its public screens.

mod publish;
mod split;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::setup::Tools;
use crate::shell::{self, Failure, Result};
use crate::workspace;

/// Sources of the pages.
const SOURCES: [&str; 13] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "build.rs",
    "crates/wire/Cargo.toml",
    "crates/wire/src",
    "crates/xtask/src/pages",
    "index.html",
    "locales",
    "public",
    "src",
    "style",
];

/// Builds the pages for release, unless `dist/` is newer than all sources.
pub(crate) fn build(tools: &Tools) -> Result<()> {
    let stamp = workspace::target().join("pages-built");
    if is_fresh(&stamp) {
        println!("The pages are up to date.");
        return Ok(());
    }
    println!("Building the pages");
    let _ = fs::remove_file(&stamp);
    let started = SystemTime::now();
    let bundle = workspace::target().join("pages");
    let mut trunk = tools.trunk("build");
    trunk.args(["--release", "--public-url", publish::PUBLIC_URL, "--dist"]).arg(&bundle);
    if tools.can_split() {
        shell::run(trunk.args(["--features", "split"]))?;
        split::split(tools, &bundle)?;
    } else {
        shell::run(&mut trunk)?;
    }
    publish::publish(&bundle, &workspace::dist())?;
    prerender()?;
    let written = fs::write(&stamp, "").and_then(|()| fs::File::open(&stamp)?.set_modified(started));
    written.map_err(|error| Failure::at(&stamp, &error))
}

/// Prerenders the public pages. Compiled with the flags of the WebAssembly build, as both must produce the same hydration markers; in a separate
/// target directory, as the flags would cause everything else to be rebuilt.
fn prerender() -> Result<()> {
    let mut cargo = workspace::cargo("run");
    cargo.args(["--quiet", "--package", "rekey-app", "--config", "build.rustflags = ['--cfg', 'erase_components']"]);
    cargo.arg("--target-dir").arg(workspace::target().join("prerender")).arg("--").arg(workspace::dist());
    shell::run(&mut cargo)
}

/// Returns whether no source has changed since the build that wrote `stamp`.
fn is_fresh(stamp: &Path) -> bool {
    let Ok(built) = fs::metadata(stamp).and_then(|meta| meta.modified()) else { return false };
    let sources = SOURCES.into_iter().map(|name| workspace::root().join(name));
    workspace::dist().join("index.html").is_file() && sources.filter_map(newest).all(|changed| changed <= built)
}

/// Returns the modification time of `path`, or of the newest file in it.
pub(crate) fn newest(path: PathBuf) -> Option<SystemTime> {
    let own = fs::metadata(&path).and_then(|meta| meta.modified()).ok();
    let inside = fs::read_dir(&path).into_iter().flatten().flatten().filter_map(|entry| newest(entry.path())).max();
    own.max(inside)
}
