//! Development commands: `cargo xtask run`, `test`, `dev`, `build`, `bench`, `setup`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line program talks to the person who typed the command")]

mod bench;
mod build;
mod dev;
mod pages;
mod run;
mod server;
mod setup;
mod shell;
mod supply;
mod tally;
mod test;
mod throwaway_postgres;
mod workspace;

use std::env;
use std::process::ExitCode;

use shell::{Failure, Result};

const HELP: &str = "\
Usage: cargo xtask COMMAND

  run                       set up what is missing, build, and serve with demo users on http://localhost:8080
  test [--keep-going]       set up what is missing and run every check; stops at the first step that fails
       [--only STEP]        ... or just the named step, as often as wished (an unknown name lists them)
       [--pictures]         ... and take the README's screenshots anew
  dev                       live reload: pages and server are rebuilt when their files change
  build                     the release: target/release/rekey, the pages inside
  bench                     the benchmarks, as a table
  setup                     only install what `run` and `test` need
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(Failure(message)) => {
            eprintln!("\n{message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<ExitCode> {
    let Some((command, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(ExitCode::FAILURE);
    };
    if command != "test" && !rest.is_empty() {
        return Err(Failure(format!("`cargo xtask {command}` takes no arguments.\n\n{HELP}")));
    }
    match command.as_str() {
        "run" => run::run(),
        "test" => test::test(&test::Options::parse(rest)?),
        "dev" => dev::dev(),
        "build" => build::build(),
        "bench" => bench::bench(),
        "setup" => setup::begin(setup::For::Tests)?.finish().map(|_| ExitCode::SUCCESS),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(Failure(format!("There is no command `{other}`.\n\n{HELP}"))),
    }
}
