//! The program `rekey` as a process of its own, for what can only be seen from outside: its log and its memory.

use crate::app::SECRET_KEY;
use crate::database::{Dir, Kind, create};
use crate::http::Visitor;
use crate::smtp::Smtp;
use rekey_server::store::Location;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running server; ended when dropped.
pub struct Program {
    pub smtp: Smtp,
    pub base: String,
    database: String,
    child: Child,
    log: PathBuf,
    dir: Dir,
    http: reqwest::Client,
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Program {
    /// Starts it with these variables beside those that every test needs. A variable set to nothing counts as unset.
    pub async fn serve(kind: Kind, settings: &[(&str, &str)]) -> Self {
        let dir = Dir::new();
        let database = match create(kind, &dir).await {
            Location::Sqlite(path) => format!("sqlite://{}", path.display()),
            Location::Postgres(url) => url,
        };
        let smtp = Smtp::start().await;
        let log = dir.0.join("log");
        let mut command = command(&dir, &database);
        command.env("REKEY_LISTEN", "127.0.0.1:0").env("REKEY_SMTP_URL", format!("smtp://{}", smtp.address)).arg("serve");
        command.envs(settings.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log).expect("a file"));
        let mut child = command.spawn().expect("the program starts");
        let mut said = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        output.read_line(&mut said).expect("it says where it listens");
        let base = said.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("it does not listen: {said}")).to_owned();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { smtp, base, database, child, log, dir, http }
    }

    /// Somebody new in front of a browser.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.http.clone(), &self.base)
    }

    /// Runs a command beside it, such as `user add`, and returns what it printed.
    pub fn run(&self, line: &[&str]) -> String {
        let output = command(&self.dir, &self.database).args(line).output().expect("the program runs");
        assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Where its data is, for who wants to break it.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// What it has logged until now.
    pub fn log_so_far(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).expect("a log")).into_owned()
    }

    /// Ends it and returns all that it has logged.
    pub fn log(mut self) -> Vec<u8> {
        self.stop();
        std::fs::read(&self.log).expect("a log")
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The most memory it has ever used, in bytes.
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }
}

fn command(dir: &Dir, database: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rekey"));
    command.env_clear().env("REKEY_DATABASE_URL", database).env("REKEY_SECRET_KEY", SECRET_KEY).current_dir(&dir.0);
    command
}
