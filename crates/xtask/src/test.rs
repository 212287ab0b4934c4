//! `cargo xtask test`: runs all checks, the fastest first, and prints a summary line.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::setup::{self, For, Running, System, Tools};
use crate::shell::{self, Failure, Result};
use crate::tally::{self, Tally};
use crate::throwaway_postgres::ThrowawayPostgres;
use crate::{pages, server, supply, workspace};

/// The steps of a full run, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Format,
    Lints,
    BrowserLints,
    Supply,
    Pages,
    Tests,
    Description,
    Components,
    Walks,
}

impl Step {
    const ALL: [Self; 9] = [
        Self::Format,
        Self::Lints,
        Self::BrowserLints,
        Self::Supply,
        Self::Pages,
        Self::Tests,
        Self::Description,
        Self::Components,
        Self::Walks,
    ];

    /// Returns the name for `--only`, and a description.
    const fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Format => ("format", "rustfmt has nothing to change"),
            Self::Lints => ("lints", "clippy has nothing to say of any target"),
            Self::BrowserLints => ("browser-lints", "nor of the pages as WebAssembly"),
            Self::Supply => ("supply", "licences, sources, duplicates and advisories of the crates that others wrote"),
            Self::Pages => ("pages", "the pages build for release"),
            Self::Tests => ("tests", "rules, HTTP, and the database on SQLite and PostgreSQL"),
            Self::Description => ("description", "schemathesis finds no answer of the API that its description does not name"),
            Self::Components => ("components", "the pages' components in headless Chromium"),
            Self::Walks => ("walks", "each flow in a real browser, with the real server and real SMTP"),
        }
    }
}

/// What to run, and how.
#[derive(Debug, Default)]
pub(crate) struct Options {
    keep_going: bool,
    pictures: bool,
    only: Option<Step>,
}

impl Options {
    /// Parses the arguments of `cargo xtask test`.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--keep-going" => options.keep_going = true,
                "--pictures" => options.pictures = true,
                "--only" => options.only = Some(step_named(words.next().unwrap_or_default())?),
                other => return Err(Failure(format!("`cargo xtask test` knows no `{other}`: --keep-going, --only STEP, --pictures."))),
            }
        }
        Ok(options)
    }
}

fn step_named(name: &str) -> Result<Step> {
    Step::ALL.into_iter().find(|step| step.described().0 == name).ok_or_else(|| {
        let names: Vec<String> = Step::ALL.into_iter().map(|step| format!("  {:<15}{}", step.described().0, step.described().1)).collect();
        Failure(format!("There is no step `{name}`. The steps are:\n\n{}", names.join("\n")))
    })
}

/// Runs the steps. The last line is `N passed, M failed` over all tests; a step that fails without a failed test counts as one.
pub(crate) fn test(options: &Options) -> Result<ExitCode> {
    let steps: Vec<Step> = Step::ALL.into_iter().filter(|step| options.only.is_none_or(|only| only == *step)).collect();
    let mut run = Run { setup: Setup::Running(setup::begin(For::Tests)?), pictures: options.pictures };
    let mut total = Tally::default();
    let mut report = Vec::new();
    let mut stopped = false;
    for step in steps {
        let (name, what) = step.described();
        if stopped {
            report.push(format!("  not run  {name:<15}"));
            continue;
        }
        println!("\n== {name}: {what}");
        let started = Instant::now();
        let (mut tally, well) = run.step(step).unwrap_or_else(|Failure(message)| {
            eprintln!("\n{message}");
            (Tally::default(), false)
        });
        if !well && tally.failed == 0 {
            tally.failed = 1;
        }
        report.push(line(step, tally, started.elapsed()));
        stopped = tally.failed > 0 && !options.keep_going;
        total += tally;
    }
    drop(run);
    println!("\n{}\n", report.join("\n"));
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(step: Step, tally: Tally, took: Duration) -> String {
    let mark = if tally.failed == 0 { "ok" } else { "FAILED" };
    let mut line = format!("  {mark:<7}  {:<15}{:>5} s", step.described().0, took.as_secs());
    if tally.passed > 0 {
        line += &format!("   {} passed, {} failed", tally.passed, tally.failed);
    }
    if tally.ignored > 0 {
        line += &format!(", {} ignored", tally.ignored);
    }
    line
}

/// State shared by the steps of a run.
struct Run {
    setup: Setup,
    pictures: bool,
}

/// The tools, which are compiled while the first steps run.
enum Setup {
    Running(Running),
    Ready(Tools),
    Failed,
}

impl Run {
    fn tools(&mut self) -> Result<&Tools> {
        self.setup = match std::mem::replace(&mut self.setup, Setup::Failed) {
            Setup::Running(running) => Setup::Ready(running.finish()?),
            other => other,
        };
        match &self.setup {
            Setup::Ready(tools) => Ok(tools),
            _ => Err(Failure("The tools for this step could not be installed.".into())),
        }
    }

    fn system(&mut self) -> Result<(&Tools, &System)> {
        let tools = self.tools()?;
        let system = tools.system.as_ref().ok_or_else(|| Failure("The browser and the database have not been set up.".into()))?;
        Ok((tools, system))
    }

    fn step(&mut self, step: Step) -> Result<(Tally, bool)> {
        match step {
            Step::Format => plain(workspace::cargo("fmt").args(["--all", "--check"])),
            Step::Lints => {
                let everything = ["--workspace", "--all-targets", "--features", BROWSER, "--", "-D", "warnings"];
                plain(workspace::cargo("clippy").args(everything))
            }
            Step::BrowserLints => {
                // With the split point, as in a release; the native lints have checked the rest.
                let pages = ["--package", "rekey-app", "--all-targets", "--target", WASM, "--features", "split", "--", "-D", "warnings"];
                plain(workspace::cargo("clippy").args(pages))
            }
            Step::Supply => supply::check(self.tools()?).map(|()| (Tally::default(), true)),
            Step::Pages => pages::build(self.tools()?).map(|()| (Tally::default(), true)),
            Step::Tests => self.tests(),
            Step::Description => self.description(),
            Step::Components => self.components(),
            Step::Walks => self.walks(),
        }
    }

    fn tests(&mut self) -> Result<(Tally, bool)> {
        let (tools, system) = self.system()?;
        let postgres = ThrowawayPostgres::start(&system.postgres)?;
        let mut cargo = workspace::cargo("test");
        cargo.args(["--workspace", "--no-fail-fast", "--", "--skip", DESCRIPTION]).env("REKEY_TEST_POSTGRES_URL", postgres.url());
        tally::counted(tools.equip(&mut cargo))
    }

    fn description(&mut self) -> Result<(Tally, bool)> {
        let (tools, system) = self.system()?;
        let schemathesis = tools.schemathesis.as_ref().ok_or_else(|| Failure("schemathesis has not been set up.".into()))?;
        let postgres = ThrowawayPostgres::start(&system.postgres)?;
        let mut cargo = workspace::cargo("test");
        cargo.args(["--workspace", "--test", "api", "--no-fail-fast", "--", DESCRIPTION]);
        cargo.env("REKEY_TEST_POSTGRES_URL", postgres.url()).env("REKEY_TEST_SCHEMATHESIS", schemathesis);
        tally::counted(tools.equip(&mut cargo))
    }

    fn components(&mut self) -> Result<(Tally, bool)> {
        let (tools, system) = self.system()?;
        let mut cargo = workspace::cargo("test");
        cargo.args(["--package", "rekey-app", "--target", WASM, "--no-fail-fast"]);
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner").env("CHROMEDRIVER", &system.chromedriver);
        // Timeout in seconds for all of them; the runner's default of 20 is for a few tests.
        cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "600");
        tally::counted(tools.equip(&mut cargo))
    }

    fn walks(&mut self) -> Result<(Tally, bool)> {
        let pictures = self.pictures;
        let (tools, system) = self.system()?;
        let program = server::build_with_tests()?;
        let mut cargo = workspace::cargo("test");
        cargo.args(["--workspace", "--features", BROWSER, "--test", "walks"]);
        cargo.env("REKEY_BIN", program).env("CHROMIUM", &system.chromium);
        if pictures {
            cargo.env("REKEY_PICTURES", workspace::root().join("docs/pictures"));
        }
        tally::counted(tools.equip(&mut cargo))
    }
}

/// Feature of the browser tests, so that a plain `cargo test` needs no browser.
const BROWSER: &str = "rekey-e2e/browser";

/// Tests with schemathesis, which use both cores for a minute: they run alone, so that they do not disturb timing tests.
const DESCRIPTION: &str = "inp_05_";

const WASM: &str = "wasm32-unknown-unknown";

/// Runs a step that counts no tests.
fn plain(command: &mut Command) -> Result<(Tally, bool)> {
    shell::run(command).map(|()| (Tally::default(), true))
}
