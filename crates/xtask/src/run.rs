//! `cargo xtask run`: sets up a fresh machine and serves Rekey with demo data.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::server::{self, Profile};
use crate::setup::{self, For};
use crate::shell::{self, Failure, Result};
use crate::{pages, workspace};

/// Number of users in the demo database.
const PEOPLE: &str = "200";

/// Sets up, builds, fills a demo database once, and runs the server.
pub(crate) fn run() -> Result<ExitCode> {
    let tools = setup::begin(For::Pages)?.finish()?;
    pages::build(&tools)?;
    let program = server::build(Profile::Dev)?;
    let demo = Demo::ensure(&program)?;
    let listen = std::env::var("REKEY_LISTEN").unwrap_or_default();
    let port = listen.rsplit_once(':').map_or("8080", |(_, port)| port);
    let origin = std::env::var("REKEY_PUBLIC_URL").unwrap_or_else(|_| format!("http://localhost:{port}"));
    println!("\n{}\nCtrl-C ends it.\n", demo.sign_in(&origin));
    shell::become_program(demo.rekey(&program).arg("serve").env("REKEY_PUBLIC_URL", origin))
}

/// The demo database, in `TARGET/run/`.
pub(crate) struct Demo {
    folder: std::path::PathBuf,
    /// Output of `rekey demo`.
    said: String,
}

impl Demo {
    /// Fills the database, unless an earlier run has done so.
    pub(crate) fn ensure(program: &Path) -> Result<Self> {
        let mut demo = Self { folder: workspace::target().join("run"), said: String::new() };
        let note = demo.folder.join("demo.txt");
        if let Ok(said) = fs::read_to_string(&note) {
            demo.said = said;
            return Ok(demo);
        }
        println!("Filling a database with {PEOPLE} demo users in {}", demo.folder.display());
        // An earlier run may have been interrupted.
        let _ = fs::remove_dir_all(&demo.folder);
        fs::create_dir_all(&demo.folder).map_err(|error| Failure::at(&demo.folder, &error))?;
        demo.said = shell::capture(demo.rekey(program).args(["demo", "--users", PEOPLE]))?;
        fs::write(&note, &demo.said).map_err(|error| Failure::at(&note, &error))?;
        Ok(demo)
    }

    /// Returns a `rekey` command for this database.
    pub(crate) fn rekey(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env("REKEY_DATABASE_URL", format!("sqlite://{}", self.folder.join("rekey.db").display()));
        command
    }

    /// Returns instructions for logging in and for reading mail.
    pub(crate) fn sign_in(&self, origin: &str) -> String {
        let password = self.said.lines().find_map(|line| line.trim().strip_prefix("password:")).map_or("(see above)", str::trim);
        format!(
            "Rekey with demo users: {origin}\n\
             \x20   log in as   admin@example.com\n\
             \x20   password    {password}\n\
             \x20   mail        {origin}/dev/inbox   (everything it would have sent)\n\
             To start afresh, delete {}.",
            self.folder.display()
        )
    }
}
