//! The program as a process of its own, for what only a process shows: being killed, being stopped, two of them at once.

use crate::http::Visitor;
use crate::shell::Shell;
use crate::smtp::PATIENCE;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use tokio::sync::oneshot;

/// A running server. It ends with this value.
pub struct Process {
    child: Child,
    pub base: String,
    log: PathBuf,
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Shell {
    /// Starts a server with these settings beside the shell's, without limits, and waits until it listens.
    pub async fn serve(&self, settings: &[(&str, &str)]) -> Process {
        let off = ["FORGOT_PER_IP", "LOGIN_PER_IP", "MAIL_PER_RECIPIENT", "MAIL"].map(|limit| format!("REKEY_LIMIT_{limit}"));
        let off = off.iter().map(|limit| (limit.as_str(), "off"));
        let settings: Vec<(&str, &str)> = off.chain(settings.iter().copied()).collect();
        self.start(&["--resend-cooldown", "0s"], &settings).await
    }

    /// Starts a server as an operator does, on a free port of this machine, and waits until it listens.
    pub async fn start(&self, flags: &[&str], settings: &[(&str, &str)]) -> Process {
        let log = self.dir.0.join("serve.log");
        let errors = std::fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        let mut command = self.command(&["serve", "--listen", "localhost:0"]);
        command.args(flags).envs(settings.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let mut child = command.spawn().expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (tell, told) = oneshot::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = output.read_line(&mut line);
            let _ = tell.send(line);
            // To the end, so that the program never waits for its reader.
            let _ = output.read_to_end(&mut Vec::new());
        });
        let line = tokio::time::timeout(PATIENCE, told).await.expect("the program speaks in time").expect("a line");
        let mut program = Process { child, base: String::new(), log };
        let said = line.trim().strip_prefix("listening on ");
        program.base = said.unwrap_or_else(|| panic!("no address: {line:?} {}", program.log())).to_owned();
        program
    }
}

impl Process {
    /// SIGKILL: nothing in it runs any further.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(told.success(), "the program still runs");
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        let ended = async {
            loop {
                if let Some(status) = self.child.try_wait().expect("a child") {
                    return status;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("it ends in time")
    }

    /// What it complained of, and what all before it did on the same database.
    pub fn log(&self) -> String {
        String::from_utf8(std::fs::read(&self.log).unwrap_or_default()).expect("a log is UTF-8")
    }

    /// The most memory it has ever used, in bytes.
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// Somebody new in front of a browser, with a connection of their own.
    pub fn visitor(&self) -> Visitor {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Visitor::new(http, &self.base)
    }
}
