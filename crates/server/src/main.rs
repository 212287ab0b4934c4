//! `rekey`, the program: reads what it is asked to do, does it, and says in one sentence what to change if it cannot.

use rekey_server::commands;
use rekey_server::config::cli::{Cli, Stop};
use rekey_server::logging;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(stop) => {
            match &stop {
                Stop::Answer(text) => say(text),
                Stop::Wrong(sentence) => complain(sentence),
            }
            return ExitCode::from(stop.exit_code());
        }
    };
    if let Err(sentence) = logging::start(&cli.config) {
        complain(&sentence);
        return ExitCode::from(2);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("The system gave no threads ({error}); raise its limits."));
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(commands::run(cli.command, cli.config)) {
        Ok(text) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Err(stop) => {
            complain(&stop.to_string());
            ExitCode::from(2)
        }
    }
}

/// To standard output; a reader that went away is no fault of ours.
fn say(text: &str) {
    if !text.is_empty() {
        let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
    }
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "rekey: {text}");
}
