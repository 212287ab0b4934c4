//! `cargo xtask dev`: Trunk serves and reloads the pages; the server behind it is rebuilt when its files change.

use std::path::Path;
use std::process::{Child, ExitCode};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::run::Demo;
use crate::server::{self, Profile};
use crate::setup::{self, For};
use crate::shell::{self, Failure, Result};
use crate::{pages, workspace};

/// Listen address of the server: `Trunk.toml` serves the pages on 8080 and proxies the API's paths to it.
const BACKEND: &str = "127.0.0.1:8081";

/// Files whose change rebuilds the server.
const SOURCES: [&str; 7] = [
    "Cargo.lock",
    "crates/server/Cargo.toml",
    "crates/server/templates",
    "crates/server/migrations",
    "crates/server/src",
    "crates/wire/Cargo.toml",
    "crates/wire/src",
];

/// Interval of checking the server's files for changes.
const LOOK: Duration = Duration::from_millis(500);

/// Runs until Ctrl-C, which child processes receive too.
pub(crate) fn dev() -> Result<ExitCode> {
    let tools = setup::begin(For::Pages)?.finish()?;
    let mut seen = changed();
    let program = server::build(Profile::Dev)?;
    let demo = Demo::ensure(&program)?;
    println!("\n{}\nCtrl-C ends it.\n", demo.sign_in("http://localhost:8080"));

    let mut backend = Some(serve(&demo, &program)?);
    let mut trunk = tools.trunk("serve");
    trunk.arg("--dist").arg(workspace::target().join("dev-pages"));
    let mut trunk = Ended(trunk.spawn().map_err(|error| shell::cannot_start(&trunk, &error))?);
    loop {
        if let Ok(Some(status)) = trunk.0.try_wait() {
            return Err(Failure(format!("Trunk has ended ({status}).")));
        }
        let now = changed();
        if now != seen {
            seen = now;
            match server::build(Profile::Dev) {
                Ok(program) => {
                    drop(backend.take());
                    backend = Some(serve(&demo, &program)?);
                }
                // The compiler has printed the error; the old server keeps running until the next change.
                Err(Failure(message)) => println!("{message}"),
            }
        }
        thread::sleep(LOOK);
    }
}

fn serve(demo: &Demo, program: &Path) -> Result<Ended> {
    let mut command = demo.rekey(program);
    command.arg("serve").env("REKEY_LISTEN", BACKEND);
    command.spawn().map(Ended).map_err(|error| shell::cannot_start(&command, &error))
}

fn changed() -> Option<SystemTime> {
    SOURCES.into_iter().filter_map(|name| pages::newest(workspace::root().join(name))).max()
}

/// A child process, killed when dropped.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
