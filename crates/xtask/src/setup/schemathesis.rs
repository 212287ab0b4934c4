//! schemathesis, an API fuzzer driven by the OpenAPI description: installed from PyPI into its own virtual environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{self, Failure, Result};
use crate::workspace;

/// schemathesis, on the first line, and its dependencies, in versions tested together.
const REQUIREMENTS: &str = include_str!("schemathesis.txt");

/// Installs it with `python` if missing, and returns the path of its program.
pub(crate) fn ensure(python: &Path) -> Result<PathBuf> {
    let pinned = REQUIREMENTS.lines().next().unwrap_or_default().replace("==", "-");
    let folder = workspace::cache()?.join("tools").join(&pinned);
    let bin = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let program = bin.join("schemathesis").with_extension(std::env::consts::EXE_EXTENSION);
    // Written last: an interrupted installation has none.
    let installed = folder.join("installed.txt");
    let is_whole = fs::read_to_string(&installed).is_ok_and(|list| list == REQUIREMENTS);
    // The Python that created the environment may have been removed.
    if is_whole && shell::capture(Command::new(&program).arg("--version")).is_ok() {
        return Ok(program);
    }
    println!("Installing {pinned} (from PyPI) into {}", folder.display());
    shell::run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let list = folder.join("requirements.txt");
    fs::write(&list, REQUIREMENTS).map_err(|error| Failure::at(&list, &error))?;
    let mut pip = Command::new(bin.join("python").with_extension(std::env::consts::EXE_EXTENSION));
    shell::run(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&list))?;
    fs::rename(&list, &installed).map_err(|error| Failure::at(&installed, &error))?;
    Ok(program)
}
