//! The program `rekey` with its own database, timed.

use std::path::Path;
use std::time::{Duration, Instant};

use rekey_testing::{Cli, RekeyServer, TempDir, temp_dir};

use crate::Result;

/// A temporary directory, deleted when dropped.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(temp_dir())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn sqlite(&self) -> String {
        format!("sqlite://{}", self.0.path().join("rekey.db").display())
    }
}

/// The program with a database.
pub(crate) struct Program(Cli);

impl Program {
    pub(crate) fn new(file: &Path, database: &str) -> Self {
        let mut cli = Cli::new(database).with_program(file);
        cli.set("REKEY_LOG", "error");
        Self(cli)
    }

    /// Adds a setting.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.0.set(name, value);
    }

    /// Fills the database with demo users. Returns their password and the elapsed time.
    pub(crate) fn fill(&self, users: u32) -> Result<(String, Duration)> {
        let began = Instant::now();
        let output = self.0.ok(&["demo", "--users", &users.to_string()]);
        let password = output.lines().find_map(|line| line.strip_prefix("password: ")).ok_or("`rekey demo` printed no password.")?;
        Ok((password.to_owned(), began.elapsed()))
    }

    /// Imports users from a file. Returns the elapsed time.
    pub(crate) fn import(&self, file: &Path) -> Duration {
        let began = Instant::now();
        self.0.ok(&["user", "import", &file.display().to_string()]);
        began.elapsed()
    }

    /// Starts the server without limits, as one client sends a thousand requests. Returns the startup time.
    pub(crate) fn serve(&self) -> (RekeyServer, Duration) {
        let began = Instant::now();
        let server = self.0.serve(&[]);
        (server, began.elapsed())
    }
}
