//! Setup: installs missing tools, printing what it installs, or fails with the command to run.
//!
//! Cargo tools are installed in `CACHE/tools/NAME-VERSION/bin` and change nothing else on the machine. They are compiled in the background while the
//! caller continues, because on a fresh machine that takes minutes.

mod cargo_tool;
mod schemathesis;
mod system;
mod wasm_opt;
mod wasm_target;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crate::shell::{self, Result};
use crate::workspace;
use cargo_tool::{CargoTool, Compiling};
pub(crate) use system::{System, is_root};
use wasm_opt::WasmOpt;

/// Version of Trunk, which builds the pages.
const TRUNK: &str = "0.21.14";

/// Version of wasm-split-cli, which splits them into chunks.
const WASM_SPLIT: &str = "0.2.4";

/// Version of cargo-deny, which checks the dependencies in Cargo.lock.
const CARGO_DENY: &str = "0.20.2";

/// Purpose of the tools.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// Building the pages.
    Pages,
    /// Running all checks: also needs a browser, its driver, PostgreSQL, cargo-deny and schemathesis.
    Tests,
}

/// Paths of the tools.
#[derive(Default)]
pub(crate) struct Tools {
    /// PATH for child processes: the pinned tools first.
    path: OsString,
    /// Whether Trunk finds all its tools on that path, and downloads nothing.
    complete: bool,
    /// Only with [`For::Tests`].
    pub(crate) system: Option<System>,
    /// The program; only with [`For::Tests`].
    pub(crate) schemathesis: Option<PathBuf>,
}

impl Tools {
    /// Sets the PATH of `command` to have the pinned tools first.
    pub(crate) fn equip<'command>(&self, command: &'command mut Command) -> &'command mut Command {
        command.env("PATH", &self.path)
    }

    /// Returns whether the app can be split into chunks, which needs `wasm-opt`. If only Trunk can download it, the app is a single file: larger,
    /// otherwise the same.
    pub(crate) const fn can_split(&self) -> bool {
        self.complete
    }

    /// Returns a command for `program` in the root of the checkout.
    pub(crate) fn tool(&self, program: &str) -> Command {
        // By path: `Command` does not search the child's PATH.
        let mut command = Command::new(shell::find_on(&self.path, program).unwrap_or_else(|| program.into()));
        command.current_dir(workspace::root()).env("CARGO_TARGET_DIR", workspace::target());
        self.equip(&mut command);
        command
    }

    /// Returns a `cargo deny` command for all crates of the workspace and their dependencies.
    pub(crate) fn cargo_deny(&self) -> Command {
        let mut command = self.tool("cargo-deny");
        command.arg("--workspace");
        command
    }

    /// Returns a `trunk SUBCOMMAND` command.
    pub(crate) fn trunk(&self, subcommand: &str) -> Command {
        let mut command = self.tool("trunk");
        command.arg(subcommand);
        command.env("TRUNK_SKIP_VERSION_CHECK", "true");
        // Trunk parses this as a bool and would reject the conventional `1`.
        command.env_remove("NO_COLOR");
        if self.complete {
            command.arg("--offline");
        }
        command
    }
}

/// A setup whose compilations are still running.
pub(crate) struct Running {
    tools: Tools,
    compiling: Option<(Arc<Compiling>, JoinHandle<Result<()>>)>,
}

impl Running {
    /// Waits until everything is installed.
    pub(crate) fn finish(mut self) -> Result<Tools> {
        if let Some((_, thread)) = self.compiling.take() {
            thread.join().unwrap_or_else(|_| Err(shell::Failure("The set-up ended unexpectedly.".into())))?;
        }
        Ok(std::mem::take(&mut self.tools))
    }
}

impl Drop for Running {
    /// Stops the compiler after an early return.
    fn drop(&mut self) {
        if let Some((compiling, thread)) = self.compiling.take() {
            compiling.stop();
            let _ = thread.join();
        }
    }
}

/// Fetches the crates of the pages: `trunk --offline` keeps cargo offline as well.
fn fetch() -> Result<()> {
    shell::run(workspace::cargo("fetch").args(["--locked", "--target", "wasm32-unknown-unknown"]))
}

/// Starts installing the missing tools for `purpose`.
///
/// # Errors
/// What cannot be installed here, with the command to run. Nothing has been installed in that case.
pub(crate) fn begin(purpose: For) -> Result<Running> {
    let bindgen = workspace::locked_version("wasm-bindgen")?;
    let trunk = CargoTool { package: "trunk", binary: "trunk", version: TRUNK.into(), locked: true, features: "" };
    // Its own lock file contains yanked crates, so dependencies are resolved again.
    let bindgen = CargoTool { package: "wasm-bindgen-cli", binary: "wasm-bindgen", version: bindgen, locked: false, features: "" };
    let split = "wasm_split_cli_support";
    let split = CargoTool { package: split, binary: "wasm-split-cli", version: WASM_SPLIT.into(), locked: true, features: "build-binary" };
    let deny = CargoTool { package: "cargo-deny", binary: "cargo-deny", version: CARGO_DENY.into(), locked: true, features: "" };

    let system = (purpose == For::Tests).then(system::Plan::make).transpose()?;
    wasm_target::ensure()?;
    fetch()?;

    let mut folders = Vec::<PathBuf>::new();
    let mut missing = Vec::new();
    let wanted = match purpose {
        For::Pages => vec![bindgen, split, trunk],
        For::Tests => vec![bindgen, split, trunk, deny],
    };
    for tool in wanted {
        if tool.is_on_path() {
            continue;
        }
        folders.push(tool.folder()?.join("bin"));
        if !tool.is_installed()? {
            missing.push(tool);
        }
    }
    let compiling = (!missing.is_empty()).then(|| {
        let compiling = Arc::new(Compiling::default());
        let shared = Arc::clone(&compiling);
        (compiling, thread::spawn(move || missing.iter().try_for_each(|tool| tool.install(&shared))))
    });
    // From here on, dropping `running` stops the compilations on an early return.
    let mut running = Running { tools: Tools::default(), compiling };
    let wasm_opt = wasm_opt::ensure()?;
    running.tools.complete = !matches!(wasm_opt, WasmOpt::LeftToTrunk);
    if let WasmOpt::In(folder) = wasm_opt {
        folders.push(folder);
    }
    running.tools.path = shell::path_with(&folders);
    running.tools.system = system.map(system::Plan::carry_out).transpose()?;
    running.tools.schemathesis = running.tools.system.as_ref().map(|system| schemathesis::ensure(&system.python)).transpose()?;
    Ok(running)
}
