//! What the tests stand on: a server of their own, people in it, and mail.

pub use crate::smtp::Mood;
pub use serde_json::{Value, json};

/// A password that every rule accepts, and that every person has who was added with one.
pub const PASSWORD: &str = "seven purple umbrellas";
/// Another.
pub const NEW_PASSWORD: &str = "a kettle on the third floor";

/// Makes each test twice: on SQLite and on PostgreSQL. `with ["--flag", "value"]` before the body starts the server so.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $(with [$($flag:expr),+])? $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "not every test needs everything")]
            use super::*;

            async fn run($app: $crate::app::App) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                run($crate::app::App::start_with($crate::database::Kind::Sqlite, &[$($($flag),+)?]).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                run($crate::app::App::start_with($crate::database::Kind::Postgres, &[$($($flag),+)?]).await).await;
            }
        }
    )+};
}
