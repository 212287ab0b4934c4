//! Test counter: parses the summary lines of `cargo test` and the browser runner.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::shell::{self, Failure, Result};

/// Number of tests by result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) ignored: u32,
}

impl Tally {
    /// Adds the counts of a summary line: `test result: ok. 5 passed; 0 failed; …`.
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else { return };
        for part in counts.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(Ok(count)), Some(what)) = (words.next().map(str::parse::<u32>), words.next()) else { continue };
            match what {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// Runs `command`, forwards its output, and counts the tests. `Ok` includes whether it exited successfully.
///
/// # Errors
/// It cannot be started, or it succeeds without running a test: a filter, a feature or a target is wrong.
pub(crate) fn counted(command: &mut Command) -> Result<(Tally, bool)> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| shell::cannot_start(command, &error))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        let mut terminal = std::io::stdout();
        for line in BufReader::new(output).split(b'\n').map_while(std::result::Result::ok) {
            tally.read(&String::from_utf8_lossy(&line));
            // Keep counting if the terminal is closed.
            let _ = terminal.write_all(&line).and_then(|()| terminal.write_all(b"\n"));
        }
    }
    let status = child.wait().map_err(|error| shell::cannot_start(command, &error))?;
    judged(command, tally, status.success())
}

fn judged(command: &Command, tally: Tally, well: bool) -> Result<(Tally, bool)> {
    if well && tally.passed == 0 { Err(Failure(format!("`{}` ran no test.", shell::spelled(command)))) } else { Ok((tally, well)) }
}

#[cfg(test)]
mod tests {
    use super::{Tally, judged};
    use crate::shell::Failure;
    use std::process::Command;

    #[test]
    fn closing_lines_add_up_and_other_lines_do_not_count() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test a ... ok",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.01s",
            "    test result: ok. 40 passed; 0 failed; 2 ignored; 0 filtered out; finished in 0.81s",
            "7 passed; 7 failed",
        ] {
            tally.read(line);
        }
        assert_eq!(tally, Tally { passed: 42, failed: 1, ignored: 2 });
    }

    #[test]
    fn a_command_that_ran_no_test_has_failed() {
        let cargo = Command::new("cargo");
        let one = Tally { passed: 1, ..Tally::default() };
        assert!(matches!(judged(&cargo, one, true), Ok((tally, true)) if tally == one));
        let none = Tally { ignored: 3, ..Tally::default() };
        assert!(matches!(judged(&cargo, none, true), Err(Failure(message)) if message == "`cargo` ran no test."));
        // A failure before the first test has printed its own message.
        assert!(matches!(judged(&cargo, none, false), Ok((_, false))));
    }
}
