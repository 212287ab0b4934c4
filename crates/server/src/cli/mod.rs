//! What the program does besides serving. Each works beside a running server, on the same database.

pub mod args;
pub mod audit;
pub mod backup;
pub mod demo;
pub mod doctor;
pub mod import;
pub mod restore;
pub mod serve;
pub mod user;

use crate::app::App;
use crate::auth::hashing::Hasher;
use crate::auth::secret_key::SecretKey;
use crate::cli::args::{AuditCommand, Command, UserCommand};
use crate::clock::Clock;
use crate::config::{Config, KeySource};
use crate::mail::transport::Transport;
use crate::store::{Location, Store};
use std::fmt;

/// Why a command did not do its work: a sentence, or several lines of them, that say what to change. Exit code 2.
#[derive(Debug)]
pub struct CliError(pub String);

impl CliError {
    /// With one sentence.
    #[must_use]
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<crate::store::OpenError> for CliError {
    fn from(error: crate::store::OpenError) -> Self {
        Self(error.0)
    }
}

impl From<sqlx::Error> for CliError {
    fn from(error: sqlx::Error) -> Self {
        // The server's own words for it: no statement, no values.
        let api = crate::http::error::ApiError::from(error);
        Self(format!("The database did not do it ({}); the log above says why, and nothing was changed.", api.status()))
    }
}

impl From<crate::http::error::ApiError> for CliError {
    fn from(error: crate::http::error::ApiError) -> Self {
        Self(format!("It could not be done ({}); nothing was changed.", error.status()))
    }
}

impl From<crate::auth::hashing::HashError> for CliError {
    fn from(_: crate::auth::hashing::HashError) -> Self {
        Self::new("Password hashing failed; check that 64 MB of memory are free.")
    }
}

/// Does what a command asks for, and tells what to print.
///
/// # Errors
/// [`CliError`] says what to change.
pub async fn run(command: Command, config: Config) -> Result<String, CliError> {
    let clock = Clock::system();
    match command {
        Command::Openapi => crate::router::openapi()
            .to_pretty_json()
            .map_err(|_| CliError::new("The description could not be written; this is a fault of the program.")),
        Command::Backup { file } => backup::backup(&config, &file).await,
        Command::Restore { file } => restore::restore(&config, &file, &clock).await,
        Command::Serve => {
            let app = open(config, clock).await?;
            serve::serve(app).await.map(|()| String::new())
        }
        command => {
            let app = open(config, clock).await?;
            let done = with(&app, command).await;
            app.store.close().await;
            done
        }
    }
}

/// The commands that need the database open and nothing else.
async fn with(app: &App, command: Command) -> Result<String, CliError> {
    match command {
        Command::User(UserCommand::Add { email, name, role, mail }) => user::add(app, email, name, role, mail).await,
        Command::User(UserCommand::Import { file, skip_duplicates }) => {
            import::import(app, &file, skip_duplicates).await.map(|imported| imported.to_string())
        }
        Command::Demo { users } => demo::demo(app, users).await.map(|password| format!("password: {password}")),
        Command::Doctor => doctor::examine(app).await,
        Command::Audit(AuditCommand::Verify) => audit::check(app).await,
        Command::Serve | Command::Openapi | Command::Backup { .. } | Command::Restore { .. } => Ok(String::new()),
    }
}

/// Opens all that serving and the commands need.
///
/// # Errors
/// The database, the secret key, or the mail server's URL cannot be used.
pub async fn open(config: Config, clock: Clock) -> Result<App, CliError> {
    let load = || SecretKey::load(&config).map_err(|error| CliError(error.0));
    let (key, store) = if config.key_source() == KeySource::BesideDatabase && matches!(config.database, Location::Sqlite(_)) {
        // A key is made only beside a database that opens.
        let store = Store::open(&config.database).await?;
        (load()?, store)
    } else {
        (load()?, Store::open(&config.database).await?)
    };
    crate::audit::begin(&store, &key).await?;
    let transport = Transport::connect(&config).map_err(CliError)?;
    let hasher = Hasher::new()?;
    Ok(App::new(config, store, clock, key, hasher, transport))
}
