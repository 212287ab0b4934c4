//! Tools compiled by cargo into the cache, once per version.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::shell::{self, Failure, Result};
use crate::workspace;

/// Interval of progress messages during a long compilation.
const PROGRESS: Duration = Duration::from_secs(15);

/// Number of final lines of a failed compilation to show.
const LAST_LINES: usize = 30;

/// A tool in a pinned version.
pub(crate) struct CargoTool {
    pub(crate) package: &'static str,
    pub(crate) binary: &'static str,
    pub(crate) version: String,
    /// Whether to use the lock file that it ships.
    pub(crate) locked: bool,
    /// Cargo features that the program needs; usually none.
    pub(crate) features: &'static str,
}

impl CargoTool {
    /// Returns the folder of this version.
    pub(crate) fn folder(&self) -> Result<PathBuf> {
        Ok(workspace::cache()?.join("tools").join(format!("{}-{}", self.package, self.version)))
    }

    /// Returns whether an earlier run installed it.
    pub(crate) fn is_installed(&self) -> Result<bool> {
        Ok(self.folder()?.join("bin").join(self.binary).with_extension(std::env::consts::EXE_EXTENSION).is_file())
    }

    /// Returns whether this exact version is on PATH.
    pub(crate) fn is_on_path(&self) -> bool {
        let said = shell::find(self.binary).and_then(|file| shell::capture(Command::new(file).arg("--version")).ok());
        said.is_some_and(|said| said.split_whitespace().nth(1) == Some(self.version.as_str()))
    }

    /// Compiles and installs the tool, showing progress; the full output is logged beside it.
    pub(crate) fn install(&self, compiling: &Compiling) -> Result<()> {
        let name = format!("{} {}", self.package, self.version);
        let folder = self.folder()?;
        let target = workspace::cache()?.join("build").join(format!("{}-{}", self.package, self.version));
        let log = folder.with_extension("log");
        fs::create_dir_all(&folder).map_err(|error| Failure::at(&folder, &error))?;
        println!("Installing {name} into {} (compiled once; some minutes)", folder.display());

        let mut command = Command::new("cargo");
        command.args(["install", self.package, "--version", &self.version, "--root"]).arg(&folder);
        if !self.features.is_empty() {
            command.args(["--features", self.features]);
        }
        if self.locked {
            command.arg("--locked");
        }
        // The tools only coordinate other programs: a fast build matters more than fast code.
        for (name, value) in [("LTO", "off"), ("CODEGEN_UNITS", "16"), ("OPT_LEVEL", "2"), ("DEBUG", "0"), ("STRIP", "symbols")] {
            command.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
        }
        command.env("CARGO_TARGET_DIR", &target).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        command.current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());

        let started = Instant::now();
        let lines = compiling.follow(&mut command, &log, &name)?;
        if let Some(lines) = lines {
            return Err(Failure(format!("Installing {name} failed. The end of {}:\n{lines}", log.display())));
        }
        println!("Installed {name} in {} s", started.elapsed().as_secs());
        // Several hundred megabytes that are no longer needed.
        let _ = fs::remove_dir_all(&target);
        Ok(())
    }
}

/// The compilation in the background, if any, so that it can be stopped.
#[derive(Default)]
pub(crate) struct Compiling {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    child: Option<Child>,
    stopped: bool,
}

impl Compiling {
    /// Kills the compilation and prevents further ones.
    pub(crate) fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        if let Some(child) = &mut state.child {
            // It may have exited already.
            let _ = child.kill();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `command` to completion. Returns `Some` with the last lines if it failed.
    fn follow(&self, command: &mut Command, log: &std::path::Path, name: &str) -> Result<Option<String>> {
        let mut file = File::create(log).map_err(|error| Failure::at(log, &error))?;
        let stderr = {
            let mut state = self.lock();
            if state.stopped {
                return Err(Failure(format!("Installing {name} was given up.")));
            }
            let mut child = command.spawn().map_err(|error| shell::cannot_start(command, &error))?;
            let stderr = child.stderr.take();
            state.child = Some(child);
            stderr
        };
        let (mut last, mut crates, mut spoke) = (Vec::new(), 0_u32, Instant::now());
        for line in stderr.into_iter().flat_map(|stderr| BufReader::new(stderr).lines()).map_while(std::result::Result::ok) {
            // The log is optional.
            let _ = writeln!(file, "{line}");
            if let Some(compiled) = line.trim_start().strip_prefix("Compiling ") {
                crates += 1;
                if spoke.elapsed() > PROGRESS {
                    println!("  {name}: {crates} crates, now {compiled}");
                    spoke = Instant::now();
                }
            }
            if last.len() == LAST_LINES {
                last.remove(0);
            }
            last.push(line);
        }
        let child = self.lock().child.take();
        let status = child.map(|mut child| child.wait()).transpose().map_err(|error| shell::cannot_start(command, &error))?;
        Ok(status.is_none_or(|status| !status.success()).then(|| last.join("\n")))
    }
}
