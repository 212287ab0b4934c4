//! Command line: all commands, and all options as flags and environment variables.

use crate::address::Address;
use clap::builder::styling::Styles;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};
use rekey_wire::users::Role;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::config::Config;

/// Parsed and validated command line.
pub struct Cli {
    /// The options.
    pub config: Config,
    /// The command.
    pub command: Command,
}

/// Why the program exits without running a command.
#[derive(Debug, Eq, PartialEq)]
pub enum Exit {
    /// Help or version: print it to standard output and exit with 0.
    Help(String),
    /// Usage error: print the sentence to standard error and exit with 2.
    Usage(String),
}

/// A command of `rekey`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server
    Serve,
    /// Add users
    #[command(subcommand)]
    User(UserCommand),
    /// Fill an empty database with plausible users
    Demo {
        /// Number of users; the first is admin@example.com
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = user_count)]
        users: u32,
    },
    /// Create the database if there is none, or bring its schema up to date
    Migrate,
    /// Check the configuration, the database and the mail server
    Doctor,
    /// Work with the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Copy the SQLite database into a new file, beside a running server
    Backup {
        /// The file to write
        file: PathBuf,
    },
    /// Replace the SQLite database by a backup
    Restore {
        /// The file to read
        file: PathBuf,
    },
    /// Print the description of the API (OpenAPI 3.1)
    Openapi,
}

/// A command about users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add one user and print a one-time link for setting the password
    Add {
        /// The address
        #[arg(long, value_parser = address)]
        email: Address,
        /// The name
        #[arg(long, value_parser = name)]
        name: String,
        /// admin or agent
        #[arg(long, default_value = "agent", value_parser = role)]
        role: Role,
        /// Mail the link too
        #[arg(long)]
        mail: bool,
    },
    /// Add the users of a CSV file: name,email,role,extension (the last two optional); sends no mail
    Import {
        /// The file
        file: PathBuf,
        /// Skip duplicate lines and import the rest
        #[arg(long)]
        skip_duplicates: bool,
    },
}

/// A command about the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Find edited, deleted or reordered rows
    Verify,
}

#[derive(Parser)]
#[command(name = "rekey", version, about = "Password reset done right.", styles = Styles::plain(), disable_help_subcommand = true)]
struct Line {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

impl Cli {
    /// Parses the arguments (the first is the program's name) and the environment.
    ///
    /// # Errors
    /// [`Exit`]: the text to print and the exit code.
    pub fn read<I: IntoIterator<Item = T>, T: Into<OsString> + Clone>(arguments: I) -> Result<Self, Exit> {
        let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
        let command = Line::command().mut_args(|option| if ignores_variable(&option, &arguments) { option.env(None) } else { option });
        let found = command.try_get_matches_from(arguments).and_then(|found| Line::from_arg_matches(&found));
        let line = found.map_err(|error| exit(&error))?;
        Ok(Self { config: line.config, command: line.command })
    }
}

impl Exit {
    /// Returns the exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Help(_) => 0,
            Self::Usage(_) => 2,
        }
    }
}

/// Returns whether an option's variable is ignored: it is empty, which is how container setups omit options, or its flag is given. (clap would
/// validate the variable of a global option even if a flag after the subcommand overrides it.)
fn ignores_variable(option: &Arg, arguments: &[OsString]) -> bool {
    let is_empty =
        option.get_env().and_then(std::env::var_os).is_some_and(|value| value.to_str().is_some_and(|text| text.trim().is_empty()));
    let is_flag = |argument: &OsString| {
        let flag = argument.to_str().and_then(|text| text.strip_prefix("--")).map(|text| text.split('=').next());
        flag.is_some_and(|name| name == option.get_long())
    };
    is_empty || arguments.iter().any(is_flag)
}

/// Converts clap's multi-line errors to one sentence.
fn exit(error: &clap::Error) -> Exit {
    let named = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    // clap's name is `--email <EMAIL>`; the first word is what users type.
    let argument = named(ContextKind::InvalidArg);
    let argument = argument.split(" <").next().unwrap_or_default();
    Exit::Usage(match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return Exit::Help(error.render().to_string()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "A command is missing: type rekey serve to run the server, or rekey --help for all commands.".to_owned()
        }
        ErrorKind::InvalidSubcommand => {
            format!("There is no command {}; rekey --help lists the commands.", printable(&named(ContextKind::InvalidSubcommand)))
        }
        ErrorKind::UnknownArgument => match named(ContextKind::SuggestedArg) {
            known if known.is_empty() => format!("{} is not understood; add --help to see what can stand there.", printable(argument)),
            known => format!("{} is not understood; did you mean {known}?", printable(argument)),
        },
        ErrorKind::MissingRequiredArgument => {
            format!("{} is missing; add --help to see what the command takes.", named(ContextKind::InvalidArg))
        }
        ErrorKind::InvalidValue if named(ContextKind::InvalidValue).is_empty() => format!("{argument} needs a value after it."),
        ErrorKind::ArgumentConflict if argument.starts_with("--secret-key") => {
            "REKEY_SECRET_KEY and REKEY_SECRET_KEY_FILE are both set; remove one of them.".to_owned()
        }
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            match (std::error::Error::source(error), error.get(ContextKind::ValidValue)) {
                (Some(reason), _) => format!("{} {reason}.", with_variable(argument)),
                (None, Some(ContextValue::Strings(values))) => format!("{} takes {}.", with_variable(argument), values.join(" or ")),
                (None, _) => format!("{} does not take this value; add --help to see which it takes.", with_variable(argument)),
            }
        }
        ErrorKind::InvalidUtf8 => "An option or an environment variable of Rekey is not valid UTF-8; write it in UTF-8.".to_owned(),
        _ if argument.is_empty() => "The command line is not understood; rekey --help shows how to write it.".to_owned(),
        _ => format!("{argument} cannot be used like this; add --help to see how to write it."),
    })
}

/// Names an option by its environment variable and its flag; an argument of a command by its flag alone.
fn with_variable(flag: &str) -> String {
    let command = Line::command();
    let option = command.get_arguments().find(|option| option.get_long() == flag.strip_prefix("--"));
    match option.and_then(Arg::get_env) {
        Some(variable) => format!("{} (or {flag})", variable.display()),
        None => flag.to_owned(),
    }
}

/// Returns user input without control characters, shortened, for output to a terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn address(text: &str) -> Result<Address, &'static str> {
    Address::parse(text).map_err(|_| "takes an email address like jo@example.com")
}

fn name(text: &str) -> Result<String, &'static str> {
    match rekey_wire::name::validate(text) {
        Ok(()) => Ok(text.trim().to_owned()),
        Err(_) => Err("takes a name of 1 to 200 characters on one line"),
    }
}

fn user_count(text: &str) -> Result<u32, &'static str> {
    text.trim().parse().ok().filter(|count| (1..=10_000_000).contains(count)).ok_or("takes a number from 1 to 10000000")
}

fn role(text: &str) -> Result<Role, &'static str> {
    match text {
        "admin" => Ok(Role::Admin),
        "manager" => Ok(Role::Manager),
        "agent" => Ok(Role::Agent),
        _ => Err("takes admin, manager or agent"),
    }
}

#[cfg(test)]
mod tests {
    use super::{AuditCommand, Cli, Command, Exit, UserCommand};
    use rekey_wire::users::Role;

    fn read(line: &str) -> Result<Cli, Exit> {
        Cli::read(std::iter::once("rekey").chain(line.split_whitespace()))
    }

    #[test]
    fn every_command_of_the_contract_is_read() {
        let command = |line: &str| read(line).map(|cli| cli.command);
        assert!(matches!(command("serve"), Ok(Command::Serve)));
        assert!(matches!(command("demo --users 7"), Ok(Command::Demo { users: 7 })));
        assert!(matches!(command("doctor"), Ok(Command::Doctor)));
        assert!(matches!(command("audit verify"), Ok(Command::Audit(AuditCommand::Verify))));
        assert!(matches!(command("backup a.db"), Ok(Command::Backup { file }) if file.as_os_str() == "a.db"));
        assert!(matches!(command("restore a.db"), Ok(Command::Restore { .. })));
        assert!(matches!(command("openapi"), Ok(Command::Openapi)));
        assert!(matches!(
            command("user import a.csv --skip-duplicates"),
            Ok(Command::User(UserCommand::Import { skip_duplicates: true, .. }))
        ));
        let Ok(Command::User(UserCommand::Add { email, name, role, mail })) =
            command("user add --email Jo@Example.com --name Jo --role admin")
        else {
            unreachable!("user add is read")
        };
        assert_eq!((email.as_str(), name.as_str(), role, mail), ("jo@example.com", "Jo", Role::Admin, false));
    }

    #[test]
    fn options_stand_before_or_behind_the_command() {
        for line in ["--brand Acme user import a.csv", "user --brand Acme import a.csv", "user import a.csv --brand Acme"] {
            assert!(read(line).is_ok_and(|cli| cli.config.brand == "Acme"), "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_one_sentence() {
        for line in [
            "",
            "user",
            "sreve",
            "serve --lisen 1",
            "serve --listen",
            "serve now",
            "user add --name Jo",
            "user add --email jo --name Jo",
            "user add --email jo@example.com --name Jo --role boss",
            "demo --users 0",
            "demo --users many",
            "backup",
            "serve --link-ttl 25h",
            "serve --brand A --brand B",
        ] {
            let Err(Exit::Usage(sentence)) = read(line) else { unreachable!("{line} is wrong") };
            assert!(!sentence.contains('\n') && sentence.ends_with(['.', '?']), "{line}: {sentence:?}");
            assert!(sentence.len() < 200, "{line}: {sentence:?}");
            assert!(!sentence.starts_with([':', ' ']) && !sentence.contains("error"), "{line}: {sentence:?}");
        }
    }

    #[test]
    fn help_is_no_error_and_shows_no_value() {
        let Err(Exit::Help(help)) = read("serve --help --secret-key hunter2-hunter2-hunter2") else { unreachable!("help") };
        assert!(help.contains("REKEY_SECRET_KEY") && help.contains("REKEY_LIMIT_MAIL_PER_RECIPIENT") && !help.contains("hunter2"));
    }
}
