//! The program `rekey` as a child process, with its own working directory, database and settings.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use tempfile::TempDir;

use crate::{RekeyServer, temp_dir};

/// Secret key of all child processes; for test data only.
pub const SECRET_KEY: &str = "tests only: c29tZSBzZWNyZXQga2V5IGZvciB0ZXN0cw";

/// Runs `rekey` commands. The program inherits no environment variables.
#[derive(Debug)]
pub struct Cli {
    dir: TempDir,
    /// Another executable than the one under test.
    program: Option<PathBuf>,
    database_url: String,
    settings: Vec<(String, String)>,
}

impl Cli {
    /// Uses this database.
    #[must_use]
    pub fn new(database_url: &str) -> Self {
        Self::in_dir(temp_dir(), database_url)
    }

    /// Uses a new SQLite database.
    #[must_use]
    pub fn with_sqlite() -> Self {
        let dir = temp_dir();
        let url = format!("sqlite://{}", dir.path().join("rekey.db").display());
        Self::in_dir(dir, &url)
    }

    /// Uses this working directory.
    #[must_use]
    pub fn in_dir(dir: TempDir, database_url: &str) -> Self {
        Self { dir, program: None, database_url: database_url.to_owned(), settings: Vec::new() }
    }

    /// Uses another executable.
    #[must_use]
    pub fn with_program(mut self, program: &Path) -> Self {
        self.program = Some(program.to_path_buf());
        self
    }

    /// Adds a setting `REKEY_…`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Returns the URL of the database.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Returns the working directory.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Returns the path of a file in the working directory.
    #[must_use]
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file into the working directory and returns its path.
    pub fn write_file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    /// Returns a command that can be modified before it is started.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.program.clone().unwrap_or_else(program));
        command.env_clear().env("REKEY_DATABASE_URL", &self.database_url).env("REKEY_SECRET_KEY", SECRET_KEY);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.dir.path()).args(arguments);
        command
    }

    /// Runs a command and waits for it.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// Runs a command that must succeed, and returns its standard output.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Runs a command that must exit with code 2, and returns its error message.
    #[must_use]
    #[track_caller]
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let message = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(!message.contains("panicked") && !message.contains("backtrace"), "{message}");
        message
    }

    /// Starts a server on a free port and waits until it listens.
    #[must_use]
    #[track_caller]
    pub fn start(&self, flags: &[&str], settings: &[(&str, &str)]) -> RekeyServer {
        let mut command = self.command(&["serve"]);
        command.env("REKEY_LISTEN", "localhost:0").args(flags).envs(settings.iter().copied());
        RekeyServer::start(command, self.path("serve.log"))
    }

    /// Starts a server without limits and resend cooldown; see [`Self::start`].
    #[must_use]
    #[track_caller]
    pub fn serve(&self, settings: &[(&str, &str)]) -> RekeyServer {
        let off = ["FORGOT_PER_IP", "LOGIN_PER_IP", "MAIL_PER_RECIPIENT", "MAIL"].map(|limit| format!("REKEY_LIMIT_{limit}"));
        let off = off.iter().map(|limit| (limit.as_str(), "off"));
        let settings: Vec<(&str, &str)> = off.chain(settings.iter().copied()).collect();
        self.start(&["--resend-cooldown", "0s"], &settings)
    }
}

/// Returns the program under test: `REKEY_BIN`, or the one beside this test in cargo's target directory.
fn program() -> PathBuf {
    if let Some(file) = env::var_os("REKEY_BIN") {
        return file.into();
    }
    let own = env::current_exe().expect("this test is a file");
    let beside = own.ancestors().nth(2).unwrap_or(Path::new(".")).join("rekey").with_extension(env::consts::EXE_EXTENSION);
    assert!(beside.is_file(), "{} is missing: build it, or name it in REKEY_BIN", beside.display());
    beside
}
