//! The program `rekey`, started as its operator starts it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::{env, thread};

use crate::folder::Folder;
use crate::{PATIENCE, give_up};

/// `rekey` with a database of its own and settings from nowhere else.
#[derive(Debug)]
pub struct Program {
    folder: Folder,
    settings: Vec<(String, String)>,
}

impl Program {
    /// With these `REKEY_…` settings beside the database's.
    #[must_use]
    pub fn new(settings: &[(&str, &str)]) -> Self {
        let folder = Folder::new("rekey");
        let mut own = vec![("REKEY_DATABASE_URL".to_owned(), format!("sqlite://{}", folder.path().join("rekey.db").display()))];
        own.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self { folder, settings: own }
    }

    /// Adds a setting.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Runs a command such as `user add …` to its end and returns what it printed.
    #[must_use]
    #[track_caller]
    pub fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> String {
        let mut command = self.command();
        let output = command.args(arguments).output().expect("rekey can be started");
        if !output.status.success() {
            give_up(format!("{command:?} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
        }
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts the server and waits until it listens.
    #[must_use]
    #[track_caller]
    pub fn serve(self) -> Rekey {
        // The links in its mails need the port before the server can say which one it got.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port on loopback");
        let public = format!("http://localhost:{}", free.port());
        let mut command = self.command();
        command.env("REKEY_LISTEN", free.to_string()).env("REKEY_PUBLIC_URL", &public);
        let log = File::create(self.log_file()).expect("a file in a fresh folder");
        let mut child = command.arg("serve").stdout(Stdio::piped()).stderr(log).spawn().expect("rekey can be started");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            // Reads to the end, so that the server never waits for its reader.
            for line in output.lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("listening on ") {
                    let _ = tell.send(address.trim().to_owned());
                }
            }
        });
        let said = told.recv_timeout(PATIENCE);
        let rekey = Rekey { program: self, child, public };
        match said {
            Ok(address) if address == format!("http://{free}") => rekey,
            other => give_up(format!("rekey did not say `listening on http://{free}`: {other:?}")),
        }
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("serve.log")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(binary());
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("REKEY_")) {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).stdin(Stdio::null()).env("REKEY_LOG", "warn");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// The program under test: `REKEY_BIN`, else the one that lies beside this test in cargo's target folder.
fn binary() -> PathBuf {
    if let Some(file) = env::var_os("REKEY_BIN") {
        return file.into();
    }
    let own = env::current_exe().expect("this test is a file");
    let beside = own.ancestors().nth(2).unwrap_or(Path::new(".")).join("rekey").with_extension(env::consts::EXE_EXTENSION);
    if !beside.is_file() {
        give_up(format!("{} is missing: build it, or name it in REKEY_BIN", beside.display()));
    }
    beside
}

/// A running server, ended when dropped.
#[derive(Debug)]
pub struct Rekey {
    program: Program,
    child: Child,
    public: String,
}

impl Rekey {
    /// Where people find it: `http://localhost:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.public
    }

    /// Its program, for commands beside the running server.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// What it has logged so far; `REKEY_LOG` says how much that is.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.program.log_file()).unwrap_or_default()).into_owned()
    }
}

impl Drop for Rekey {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            // Of use to who reads why the test failed; there may be nobody.
            let _ = std::io::stderr().write_all(self.log().as_bytes());
        }
    }
}
