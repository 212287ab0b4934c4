//! Counting tests: reads the closing lines that `cargo test` and the browser runner print.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::shell::{self, Result};

/// How many tests ran, and how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) ignored: u32,
}

impl Tally {
    /// Adds what `line` says when it is a closing line: `test result: ok. 5 passed; 0 failed; …`.
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

/// Runs `command`, shows what it prints as it comes, and counts the tests. `Ok` says whether it exited well too.
pub(crate) fn counted(command: &mut Command) -> Result<(Tally, bool)> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| shell::cannot_start(command, &error))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        let mut terminal = std::io::stdout();
        for line in BufReader::new(output).split(b'\n').map_while(std::result::Result::ok) {
            tally.read(&String::from_utf8_lossy(&line));
            // A closed terminal is no reason to stop counting.
            let _ = terminal.write_all(&line).and_then(|()| terminal.write_all(b"\n"));
        }
    }
    let status = child.wait().map_err(|error| shell::cannot_start(command, &error))?;
    Ok((tally, status.success()))
}

#[cfg(test)]
mod tests {
    use super::Tally;

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
}
