//! Commands of the program. Except for `serve` and `restore`, each can run beside a server on the same database.

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

/// Error of a command: one or more sentences that say what to change. Exit code 2.
#[derive(Debug)]
pub struct CliError(pub String);

impl CliError {
    /// Creates an error from one sentence.
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
        // Logs the database's message; the conversion omits the statement and the values.
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

/// Output of a command to standard output, and its exit code.
#[derive(Debug)]
pub struct Report {
    /// The text.
    pub text: String,
    /// 0, or 1 if a check of the command failed.
    pub exit_code: u8,
}

impl From<String> for Report {
    fn from(text: String) -> Self {
        Self { text, exit_code: 0 }
    }
}

/// What a command may do to the database and the key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Access {
    /// Create them, and migrate an older schema.
    Migrate,
    /// Create them if there is no database.
    Create,
    /// Leave them as they are.
    Existing,
}

/// Runs a command and returns its output.
///
/// # Errors
/// [`CliError`]: what to change.
pub async fn run(command: Command, config: Config) -> Result<Report, CliError> {
    let clock = Clock::system();
    match command {
        Command::Openapi => {
            let description = crate::router::openapi().to_pretty_json();
            description
                .map(Report::from)
                .map_err(|_| CliError::new("The description could not be written; this is a fault of the program."))
        }
        Command::Backup { file } => backup::backup(&config, &file).await.map(Report::from),
        Command::Restore { file } => restore::restore(&config, &file, &clock).await.map(Report::from),
        Command::Serve => {
            let app = open(config, clock).await?;
            serve::serve(app).await.map(|()| String::new().into())
        }
        Command::Migrate => {
            let app = open(config, clock).await?;
            app.store.close().await;
            Ok("The database schema is up to date.".to_owned().into())
        }
        Command::User(UserCommand::Add { email, name, role, mail }) => {
            with(config, Access::Create, async |app| user::add(app, email, name, role, mail).await.map(Report::from)).await
        }
        Command::User(UserCommand::Import { file, skip_duplicates }) => {
            with(config, Access::Create, async |app| {
                import::import(app, &file, skip_duplicates).await.map(|imported| imported.to_string().into())
            })
            .await
        }
        Command::Demo { users } => {
            with(config, Access::Create, async |app| demo::demo(app, users).await.map(|password| format!("password: {password}").into()))
                .await
        }
        Command::Doctor => with(config, Access::Existing, doctor::examine).await,
        Command::Audit(AuditCommand::Verify) => with(config, Access::Existing, async |app| audit::check(app).await.map(Report::from)).await,
    }
}

/// Opens the database, runs a command, and closes the database.
async fn with(config: Config, access: Access, command: impl AsyncFnOnce(&App) -> Result<Report, CliError>) -> Result<Report, CliError> {
    let app = open_with(config, Clock::system(), access).await?;
    let done = command(&app).await;
    app.store.close().await;
    done
}

/// Opens everything the server needs: creates the database and the key if there are none, and migrates the schema.
///
/// # Errors
/// The database, the secret key, or the mail server's URL cannot be used.
pub async fn open(config: Config, clock: Clock) -> Result<App, CliError> {
    open_with(config, clock, Access::Migrate).await
}

async fn open_with(config: Config, clock: Clock, access: Access) -> Result<App, CliError> {
    let open = async || match access {
        Access::Migrate => Store::open(&config.database).await,
        Access::Create => Store::open_or_create(&config.database).await,
        Access::Existing => Store::open_existing(&config.database).await,
    };
    let (store, key) = if config.key_source() == KeySource::BesideDatabase && matches!(config.database, Location::Sqlite(_)) {
        // Create a key only beside a database that can be opened.
        (open().await?, load_key(&config, access)?)
    } else {
        // Create a database only with a usable key.
        let key = load_key(&config, access)?;
        (open().await?, key)
    };
    if access != Access::Existing {
        crate::audit::begin(&store, &key).await?;
    }
    let transport = Transport::connect(&config).map_err(CliError)?;
    let hasher = Hasher::new()?;
    Ok(App::new(config, store, clock, key, hasher, transport))
}

fn load_key(config: &Config, access: Access) -> Result<SecretKey, CliError> {
    let key = match access {
        Access::Existing => SecretKey::load(config),
        Access::Migrate | Access::Create => SecretKey::load_or_make(config),
    };
    key.map_err(|error| CliError(error.0))
}
