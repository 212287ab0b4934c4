//! Child processes, with errors that name the command and what to do.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// An error with a message for the user of the command.
#[derive(Debug)]
pub(crate) struct Failure(pub String);

pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// Creates an error of the file system at `path`.
    pub(crate) fn at(path: &Path, error: &std::io::Error) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

/// Formats the command as typed in a shell, for messages.
pub(crate) fn spelled(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains([' ', '"', '*', '$']) { format!("'{word}'") } else { word.to_owned() }
}

/// Runs `command` with its output on the terminal; an error names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(Failure(format!("`{}` failed ({status}).", spelled(command)))) }
}

/// Runs `command` and returns its standard output; an error includes its output.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure(format!("`{}` failed ({}).\n{}", spelled(command), output.status, said.trim_end())))
}

/// Creates an error for a `command` that cannot be started.
pub(crate) fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    Failure(format!("`{}` cannot be started: {error}.", spelled(command)))
}

/// Finds `program` on `path`, like a shell.
pub(crate) fn find_on(path: &OsStr, program: &str) -> Option<PathBuf> {
    env::split_paths(path).map(|folder| folder.join(program)).find(|file| is_executable(file))
}

/// Finds `program` on this process's PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    find_on(&env::var_os("PATH").unwrap_or_default(), program)
}

/// Prepends `folders` to PATH.
pub(crate) fn path_with(folders: &[PathBuf]) -> OsString {
    let old = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&old));
    env::join_paths(all).unwrap_or(old)
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|meta| meta.is_file())
}

/// Replaces this process by `command` (on Unix), so that it receives Ctrl-C and signals directly.
pub(crate) fn become_program(command: &mut Command) -> Result<std::process::ExitCode> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(cannot_start(command, &error))
    }
    #[cfg(not(unix))]
    {
        run(command).map(|()| std::process::ExitCode::SUCCESS)
    }
}
