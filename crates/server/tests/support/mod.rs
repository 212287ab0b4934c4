//! Test support: `use crate::support::*`.

mod bulk_users;
mod database;
mod log_capture;
mod program;
mod test_app;

pub use bulk_users::{OLD_HASH, bulk_address, bulk_csv, import_bulk_users};
pub use database::{CliDatabase, Database};
pub use log_capture::{contains_secret, lines_logged};
pub use program::Program;
pub use rekey_testing::raw_http::{self, Connection};
pub use rekey_testing::{
    Cli, Client, Mail, RekeyServer, Response, SECRET_KEY, SmtpBehaviour, SmtpServer, TIMEOUT, poll, seeded_rng, unused_address, wait_until,
};
pub use serde_json::{Value, json};
pub use test_app::TestApp;

/// Password of all users added by [`TestApp::add_user`]; it satisfies every rule.
pub const PASSWORD: &str = "seven purple umbrellas";
/// Another password that satisfies every rule.
pub const NEW_PASSWORD: &str = "a kettle on the third floor";

/// Runs each test on SQLite and on PostgreSQL with a [`TestApp`]. `with ["--flag", "value"]` before the body sets options.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $(with [$($flag:expr),+])? $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "not every test needs everything")]
            use super::*;

            async fn run($app: $crate::support::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                run($crate::support::TestApp::start_with($crate::support::Database::Sqlite, &[$($($flag),+)?]).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                run($crate::support::TestApp::start_with($crate::support::Database::Postgres, &[$($($flag),+)?]).await).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;

/// Runs each test on SQLite and on PostgreSQL with a [`Cli`], the program itself.
macro_rules! cli_on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($cli:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "not every test needs everything")]
            use super::*;

            async fn run($cli: $crate::support::Cli) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let cli = <$crate::support::Cli as $crate::support::CliDatabase>::on($crate::support::Database::Sqlite).await;
                run(cli).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let cli = <$crate::support::Cli as $crate::support::CliDatabase>::on($crate::support::Database::Postgres).await;
                run(cli).await;
            }
        }
    )+};
}
pub(crate) use cli_on_both_databases;
