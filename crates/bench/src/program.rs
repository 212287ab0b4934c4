//! `rekey` as its operator starts it, with a database of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use crate::Result;

/// A folder that is gone when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Result<Self> {
        let path = env::temp_dir().join(format!("rekey-bench-{}-{name}", process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn sqlite(&self) -> String {
        format!("sqlite://{}", self.0.join("rekey.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A database and the program for it.
pub(crate) struct Program {
    file: PathBuf,
    database: String,
    more: Option<(&'static str, String)>,
}

impl Program {
    pub(crate) fn new(file: &Path, database: String) -> Self {
        Self { file: file.to_path_buf(), database, more: None }
    }

    /// Adds a setting.
    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        self.more = Some((name, value));
    }

    /// Fills the database with demo users; their password, and how long it took.
    pub(crate) fn fill(&self, users: u32) -> Result<(String, Duration)> {
        let began = Instant::now();
        let output = self.command().args(["demo", "--users", &users.to_string()]).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let password = said.lines().find_map(|line| line.strip_prefix("password: "));
        let complaint = || format!("`rekey demo` failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok((password.ok_or_else(complaint)?.to_owned(), began.elapsed()))
    }

    /// Imports users from a file; how long it took.
    pub(crate) fn import(&self, file: &Path) -> Result<Duration> {
        let began = Instant::now();
        let output = self.command().args(["user", "import"]).arg(file).output()?;
        let complaint = || format!("`rekey user import` failed: {}", String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(began.elapsed()) } else { Err(complaint().into()) }
    }

    /// Starts the server; and how long it took until it listened.
    pub(crate) fn serve(&self) -> Result<(Server, Duration)> {
        let began = Instant::now();
        let child = self.command().arg("serve").stdout(Stdio::piped()).spawn()?;
        let server = Server::wait(child)?;
        Ok((server, began.elapsed()))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.file);
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("REKEY_")) {
            command.env_remove(name);
        }
        for (name, value) in [
            ("REKEY_DATABASE_URL", self.database.as_str()),
            ("REKEY_LISTEN", "127.0.0.1:0"),
            ("REKEY_LOG", "error"),
            // It keys nothing but a benchmark's rows.
            ("REKEY_SECRET_KEY", "benchmarks only: c29tZSBzZWNyZXQga2V5"),
            // One client asks for a thousand.
            ("REKEY_LIMIT_FORGOT_PER_IP", "off"),
            ("REKEY_LIMIT_LOGIN_PER_IP", "off"),
            ("REKEY_LIMIT_MAIL_PER_RECIPIENT", "off"),
            ("REKEY_LIMIT_MAIL", "off"),
            ("REKEY_RESEND_COOLDOWN", "0s"),
        ] {
            command.env(name, value);
        }
        command.envs(self.more.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }
}

/// A running server, ended when dropped.
pub(crate) struct Server {
    child: Child,
    /// `HOST:PORT`.
    pub(crate) host: String,
}

impl Server {
    /// Waits for the line that says where it listens.
    pub(crate) fn wait(mut child: Child) -> Result<Self> {
        let mut output = BufReader::new(child.stdout.take().ok_or("The server's output is no pipe.")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        // Read to the end, so that the server never waits for its reader.
        thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let host = line.trim().strip_prefix("listening on http://").map(str::to_owned);
        let mut server = Self { child, host: String::new() };
        server.host = host.ok_or("The server did not start.")?;
        Ok(server)
    }

    /// Memory in use in MB, where the system tells (Linux).
    pub(crate) fn memory(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?;
        Some(kilobytes.trim().parse::<f64>().ok()? / 1000.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
