//! Benchmarks of Rekey: `rekey-bench PROGRAM POSTGRES-URL DOCUMENT`, run by `cargo xtask bench`. The tables are written to standard output and
//! between two markers of the document.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line program talks to the person who typed the command")]

mod calls;
mod client;
mod cold;
mod figures;
mod interactions;
mod machine;
mod pages;
mod peer;
mod program;
mod report;
mod resets;
mod users;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use machine::Machine;
use report::Report;

/// An error with a message for the user of the command.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["peer", what] => peer::serve(what),
        [program, postgres, document] => measure(&PathBuf::from(program), postgres, Path::new(document)),
        _ => Err("Usage: rekey-bench PROGRAM POSTGRES-URL DOCUMENT".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(program: &Path, postgres: &str, document: &Path) -> Result<()> {
    let mut report = Report::default();
    let machine = Machine::measure(&mut report)?;
    cold::measure(program, document, machine, &mut report)?;
    interactions::measure(program, machine, &mut report)?;
    pages::measure(program, machine, &mut report)?;
    calls::measure(program, machine, &mut report)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    sqlx::any::install_default_drivers();
    resets::measure(program, &runtime.block_on(users::database(postgres, "rekey_bench_resets"))?, machine, &mut report)?;
    users::measure(program, postgres, machine, &runtime, &mut report)?;
    print!("{}", report.text());
    report.write(document)
}
