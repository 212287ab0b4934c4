//! `rekey`, the program: parses the command line, runs the command, and prints a sentence that says what to change if it fails.

use rekey_server::cli;
use rekey_server::cli::args::{Cli, Exit};
use rekey_server::logging;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(exit) => {
            match &exit {
                Exit::Help(text) => print(text),
                Exit::Usage(sentence) => eprint(sentence),
            }
            return ExitCode::from(exit.exit_code());
        }
    };
    if let Err(sentence) = logging::start(&cli.config) {
        eprint(&sentence);
        return ExitCode::from(2);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprint(&format!("The system gave no threads ({error}); raise its limits."));
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(cli::run(cli.command, cli.config)) {
        Ok(report) => {
            print(&report.text);
            ExitCode::from(report.exit_code)
        }
        Err(error) => {
            eprint(&error.to_string());
            ExitCode::from(2)
        }
    }
}

/// Prints to standard output. A closed pipe is not an error.
fn print(text: &str) {
    if !text.is_empty() {
        let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
    }
}

fn eprint(text: &str) {
    let _ = writeln!(std::io::stderr(), "rekey: {text}");
}
