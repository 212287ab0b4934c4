//! The program with a mail server beside it, for what can only be seen from outside: its log and its memory.

use crate::database::Kind;
use crate::http::Visitor;
use crate::process::Process;
use crate::shell::Shell;
use crate::smtp::Smtp;

/// A running server; ended when dropped.
pub struct Program {
    pub smtp: Smtp,
    pub base: String,
    process: Process,
    shell: Shell,
}

impl Program {
    /// Starts it with these variables beside those that every test needs. A variable set to nothing counts as unset.
    pub async fn serve(kind: Kind, settings: &[(&str, &str)]) -> Self {
        let shell = Shell::on(kind).await;
        let smtp = Smtp::start().await;
        let url = format!("smtp://{}", smtp.address);
        let settings: Vec<(&str, &str)> = [("REKEY_SMTP_URL", url.as_str())].into_iter().chain(settings.iter().copied()).collect();
        let process = shell.start(&[], &settings).await;
        Self { smtp, base: process.base.clone(), process, shell }
    }

    /// Somebody new in front of a browser.
    pub fn visitor(&self) -> Visitor {
        self.process.visitor()
    }

    /// Runs a command beside it, such as `user add`, and returns what it printed.
    pub fn run(&self, line: &[&str]) -> String {
        self.shell.ok(line)
    }

    /// Where its data is, for who wants to break it.
    pub fn database(&self) -> &str {
        self.shell.database()
    }

    /// What it has logged until now.
    pub fn log_so_far(&self) -> String {
        self.process.log()
    }

    /// Ends it and returns all that it has logged.
    pub fn log(mut self) -> String {
        self.process.kill();
        self.process.log()
    }

    /// The most memory it has ever used, in bytes.
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self) -> u64 {
        self.process.peak_memory()
    }
}
