//! Building the pages into `dist/`: Trunk makes the app, which is cut in two and then draws its screens as text. Only when anything they are made of has changed.

mod cut;
mod glue;
mod held;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::setup::Tools;
use crate::shell::{self, Failure, Result};
use crate::workspace;

/// What the pages are made of.
const SOURCES: [&str; 14] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "build.rs",
    "crates/wire/Cargo.toml",
    "crates/wire/src",
    "crates/xtask/src/pages",
    "crates/xtask/src/setup/std_source.rs",
    "index.html",
    "public",
    "src",
    "style",
    "words",
];

/// Builds the pages for release, unless `dist/` is newer than everything they are made of.
pub(crate) fn build(tools: &Tools) -> Result<()> {
    let stamp = workspace::target().join("pages-built");
    if is_fresh(&stamp) {
        println!("The pages are up to date.");
        return Ok(());
    }
    println!("Building the pages");
    let _ = fs::remove_file(&stamp);
    let started = SystemTime::now();
    let mut trunk = tools.trunk("build");
    trunk.arg("--release").arg("--dist").arg(workspace::dist());
    if tools.can_cut() {
        shell::run(trunk.args(["--features", "split"]))?;
        cut::cut(tools, &workspace::dist())?;
    } else {
        shell::run(&mut trunk)?;
    }
    held::hold(&workspace::dist())?;
    shell::run(workspace::cargo("run").args(["--quiet", "--package", "rekey-app", "--"]).arg(workspace::dist()))?;
    let written = fs::write(&stamp, "").and_then(|()| fs::File::open(&stamp)?.set_modified(started));
    written.map_err(|error| Failure::at(&stamp, &error))
}

/// Whether the build that left `stamp` saw the sources as they are.
fn is_fresh(stamp: &Path) -> bool {
    let Ok(built) = fs::metadata(stamp).and_then(|meta| meta.modified()) else { return false };
    let sources = SOURCES.into_iter().map(|name| workspace::root().join(name));
    workspace::dist().join("index.html").is_file() && sources.filter_map(newest).all(|changed| changed <= built)
}

/// When `path`, or the newest thing in it, was last changed.
pub(crate) fn newest(path: PathBuf) -> Option<SystemTime> {
    let own = fs::metadata(&path).and_then(|meta| meta.modified()).ok();
    let inside = fs::read_dir(&path).into_iter().flatten().flatten().filter_map(|entry| newest(entry.path())).max();
    own.max(inside)
}
