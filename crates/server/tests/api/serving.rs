//! The program while it serves, as an operator starts it.

use crate::shell::Shell;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

/// Ends with the test.
pub struct Serving {
    child: Child,
    pub base: String,
}

impl Serving {
    /// `rekey serve` with these flags, on a free port.
    pub fn start(shell: &Shell, flags: &[&str]) -> Self {
        let line: Vec<&str> = ["serve", "--listen", "localhost:0"].iter().chain(flags).copied().collect();
        let mut child = shell.command(&line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut first = String::new();
        let stdout = child.stdout.take().expect("its standard output");
        BufReader::new(stdout).read_line(&mut first).expect("a line");
        let Some(base) = first.strip_prefix("listening on ") else {
            let mut complaint = String::new();
            let _ = child.stderr.take().expect("its standard error").read_to_string(&mut complaint);
            unreachable!("it does not serve: {first}{complaint}")
        };
        Self { base: base.trim().to_owned(), child }
    }

    /// Ends it, and tells what it logged.
    pub fn log(mut self) -> String {
        let _ = self.child.kill();
        let mut log = String::new();
        self.child.stderr.take().expect("its standard error").read_to_string(&mut log).expect("a log in UTF-8");
        log
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
