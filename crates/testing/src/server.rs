//! A running `rekey serve` process.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::{Client, TIMEOUT, block_on};

/// State of the server's standard output.
#[derive(Clone, Debug, Default)]
struct Output {
    first_line: Option<String>,
    is_closed: bool,
}

/// The child process; killed when dropped.
#[derive(Debug)]
pub struct RekeyServer {
    child: Child,
    output: watch::Receiver<Output>,
    log: PathBuf,
    /// Base URL, `http://ADDRESS`.
    pub base: String,
}

impl Drop for RekeyServer {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            // For diagnosing the failure; standard error may be closed.
            let _ = std::io::stderr().write_all(self.log().as_bytes());
        }
    }
}

impl RekeyServer {
    /// Starts `command`, logging to this file, and waits for `listening on http://ADDRESS`.
    #[must_use]
    #[track_caller]
    pub fn start(mut command: Command, log: PathBuf) -> Self {
        let errors = OpenOptions::new().create(true).append(true).open(&log).expect("a log file");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn().expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, output) = watch::channel(Output::default());
        thread::spawn(move || {
            let mut line = String::new();
            let _ = stdout.read_line(&mut line);
            sender.send_modify(|output| output.first_line = Some(line));
            // Drain the output, so that the program never blocks on writing.
            let _ = stdout.read_to_end(&mut Vec::new());
            sender.send_modify(|output| output.is_closed = true);
        });
        let mut server = Self { child, output, log, base: String::new() };
        server.base = server.wait_for_address();
        server
    }

    fn wait_for_address(&self) -> String {
        let mut output = self.output.clone();
        // On a separate thread, since the caller may be inside a runtime.
        let waiting = thread::spawn(move || {
            block_on(async { timeout(TIMEOUT, output.wait_for(|output| output.first_line.is_some())).await.map(|_| ()) }).ok();
            output.borrow().first_line.clone().unwrap_or_default()
        });
        let line = waiting.join().expect("no panic");
        let address = line.trim().strip_prefix("listening on ");
        address.unwrap_or_else(|| panic!("no address: {line:?} {}", self.log())).to_owned()
    }

    /// Returns `HOST:PORT`.
    #[must_use]
    pub fn host(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Returns the process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process (SIGKILL).
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success(), "the program still runs");
    }

    /// Waits until the process has exited by itself.
    pub async fn wait_for_exit(&mut self) -> ExitStatus {
        let closed = timeout(TIMEOUT, self.output.wait_for(|output| output.is_closed)).await;
        assert!(closed.is_ok(), "it ends in time");
        drop(closed);
        self.child.wait().expect("a child")
    }

    /// Returns the log, including that of earlier servers in the same directory.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8(fs::read(&self.log).unwrap_or_default()).expect("a log is UTF-8")
    }

    /// Returns the peak resident memory in bytes.
    #[cfg(target_os = "linux")]
    #[must_use]
    pub fn peak_memory(&self) -> u64 {
        self.memory("VmHWM:").expect("it runs")
    }

    /// Returns the current resident memory in bytes, where available (Linux).
    #[must_use]
    pub fn current_memory(&self) -> Option<u64> {
        self.memory("VmRSS:")
    }

    fn memory(&self, name: &str) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix(name))?.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?;
        Some(kilobytes * 1024)
    }

    /// Returns a client with its own connections.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.base)
    }
}
