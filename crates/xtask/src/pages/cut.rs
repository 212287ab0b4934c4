//! Cuts the WebAssembly in two: what a first visit needs, and the screens behind the login.
//!
//! `#[wasm_split]` (`src/behind_login`) marks where, the linker leaves what refers to what, and `wasm-split-cli` moves
//! whatever is reached from there alone into the second file. Both share memory, stack and function table. Trunk knows
//! nothing of it: it has put the uncut program into `dist/`, whose place the two files take.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha384};

use super::glue::{self, Later, Names};
use crate::setup::Tools;
use crate::shell::{self, Failure, Result};
use crate::workspace;

/// As `#[wasm_split]` calls the second file.
const PART: &str = "behind_login";

/// Small when compressed, which `-Oz` is not: it is a tenth smaller before that, and three per cent larger after.
const SMALL: [&str; 5] = [
    "-Os",
    // Like beside like: brotli finds more.
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// What any browser of the last years understands.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Puts the two files, and the JavaScript that loads them, into the place of what Trunk made in `dist`.
pub(super) fn cut(tools: &Tools, dist: &Path) -> Result<()> {
    let folder = workspace::target().join("cut");
    let _ = fs::remove_dir_all(&folder);
    let whole = workspace::target().join("wasm32-unknown-unknown/wasm/rekey-app.wasm");
    shell::run(tools.tool("wasm-split-cli").args(["--out-name", "rekey-app"]).arg(&whole).arg(&folder))?;
    let later = folder.join("later.wasm");
    shell::run(&mut optimise(tools, &folder.join(format!("split_{PART}.wasm")), &later))?;
    let later = File::named("behind-login-", read(&later)?, ".wasm");

    let bound = folder.join("bound");
    let mut bindgen = tools.tool("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-dir"]).arg(&bound).arg(folder.join("rekey-app.wasm"));
    shell::run(&mut bindgen)?;
    let written = glue::tidy(&text(&bound.join("rekey-app.js"))?)?;
    let shared = shared(&text(&folder.join("__wasm_split.js"))?)?;
    let loader = format!("__wasm_split_load_{PART}");
    let script = glue::with_later(&written, &Later { loader: &loader, file: &later.name, integrity: &later.integrity, shared: &shared })?;

    let (needed, first) = (folder.join("needed.wasm"), folder.join("first.wasm"));
    let graph = folder.join("graph.json");
    write(&graph, graph_of(glue::exports_used(&script)))?;
    let mut sweep = tools.tool("wasm-metadce");
    sweep.args(FEATURES).args(["-g", "--quiet", "--graph-file"]).arg(&graph).arg(bound.join("rekey-app_bg.wasm")).arg("-o").arg(&needed);
    // It tells what it takes out.
    shell::capture(&mut sweep)?;
    let named = shell::capture(optimise(tools, &needed, &first).arg("--minify-imports-and-exports-and-modules"))?;
    let (imports, exports) = new_names(&named);
    let script = glue::renamed(&script, &imports, &exports)?;

    replace(dist, "rekey-app-", "_bg.wasm", read(&first)?)?;
    replace(dist, "rekey-app-", ".js", script.into_bytes())?;
    write(&dist.join(&later.name), &later.content)
}

fn optimise(tools: &Tools, from: &Path, to: &Path) -> Command {
    let mut command = tools.tool("wasm-opt");
    command.args(SMALL).args(FEATURES).arg(from).arg("-o").arg(to);
    command
}

/// For `wasm-metadce`: only what the JavaScript takes is reached.
fn graph_of(exports: impl IntoIterator<Item = String>) -> String {
    let exports: Vec<String> = exports.into_iter().map(|name| format!("{name:?}")).collect();
    let nodes: Vec<String> = exports.iter().map(|name| format!(",\n{{\"name\": {name}, \"export\": {name}}}")).collect();
    format!("[{{\"name\": \" \", \"root\": true, \"reaches\": [{}]}}{}]", exports.join(", "), nodes.concat())
}

/// What `wasm-split-cli` shares, from the module that it writes: `const { a, b, } = initSync(`.
fn shared(module: &str) -> Result<Vec<String>> {
    let list = module.split_once("} = initSync(").and_then(|(before, _)| before.rsplit_once('{'));
    let (_, list) = list.ok_or_else(|| Failure("wasm-split-cli does not say what the two files share.".into()))?;
    Ok(list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// The new names that `wasm-opt` tells, of imports (`["module", "old", "new"]`) and exports (`["old", "new"]`), a line each.
fn new_names(told: &str) -> (Names, Names) {
    let (mut imports, mut exports) = (Names::new(), Names::new());
    for line in told.lines() {
        let quoted: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        match quoted[..] {
            [_, old, new] => _ = imports.insert(old.to_owned(), new.to_owned()),
            [old, new] => _ = exports.insert(old.to_owned(), new.to_owned()),
            _ => {}
        }
    }
    (imports, exports)
}

/// A file whose name tells its content.
struct File {
    name: String,
    integrity: String,
    content: Vec<u8>,
}

impl File {
    fn named(before: &str, content: Vec<u8>, after: &str) -> Self {
        let digest = Sha384::digest(&content);
        let hash: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { name: [before, &hash, after].concat(), integrity: ["sha384-", &STANDARD.encode(digest)].concat(), content }
    }
}

/// Puts `content` in the place of Trunk's file, also where the page names it.
fn replace(dist: &Path, before: &str, after: &str, content: Vec<u8>) -> Result<()> {
    let old = fs::read_dir(dist).map_err(|error| Failure::at(dist, &error))?.flatten().map(|entry| entry.file_name());
    let mut old = old.filter_map(|name| name.into_string().ok()).filter(|name| name.starts_with(before) && name.ends_with(after));
    let (Some(old), None) = (old.next(), old.next()) else {
        return Err(Failure(format!("Trunk has not left one `{before}…{after}` in {}.", dist.display())));
    };
    let was = File::named("", read(&dist.join(&old))?, "");
    let new = File::named(before, content, after);
    let page = dist.join("index.html");
    let html = text(&page)?;
    if !html.contains(&old) || !html.contains(&was.integrity) {
        return Err(Failure(format!("The page does not name {old} with its hash.")));
    }
    fs::remove_file(dist.join(&old)).map_err(|error| Failure::at(dist, &error))?;
    write(&dist.join(&new.name), &new.content)?;
    write(&page, html.replace(&old, &new.name).replace(&was.integrity, &new.integrity))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| Failure::at(path, &error))
}

fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Failure::at(path, &error))
}

fn write(path: &PathBuf, content: impl AsRef<[u8]>) -> Result<()> {
    fs::write(path, content).map_err(|error| Failure::at(path, &error))
}

#[cfg(test)]
mod tests {
    use super::{new_names, shared};

    #[test]
    fn what_the_tools_tell_is_understood() {
        let (imports, exports) =
            new_names("{\n \"imports\": [\n  [\"./a.js\", \"old\", \"$\"],\n ],\n \"exports\": [\n  [\"memory\", \"A\"]\n ]\n}");
        assert_eq!((imports["old"].as_str(), exports["memory"].as_str()), ("$", "A"));
        assert_eq!((imports.len(), exports.len()), (1, 1));
        let names = shared("const { memory, table,  } = initSync(undefined);\nObject.assign(x, { memory });").expect("a list");
        assert_eq!(names, ["memory", "table"]);
    }
}
