//! Test databases: a new one for every test.

use rekey_server::store::Location;
use rekey_testing::{Cli, TempDir, temp_dir};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::sync::atomic::{AtomicU32, Ordering};

/// The database that a test uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// Creates an empty database: a file in `dir`, or one on the server named by `REKEY_TEST_POSTGRES_URL`.
    pub async fn create(self, dir: &TempDir) -> Location {
        match self {
            Self::Sqlite => Location::Sqlite(dir.path().join("rekey.db")),
            Self::Postgres => Location::Postgres(create_postgres().await),
        }
    }
}

/// Returns the value for `--database-url`.
pub fn url(location: &Location) -> String {
    match location {
        Location::Sqlite(path) => format!("sqlite://{}", path.display()),
        Location::Postgres(url) => url.clone(),
    }
}

/// The program with a test database.
pub trait CliDatabase: Sized {
    /// Creates an empty database and uses it.
    async fn on(database: Database) -> Self;
    /// Uses an existing database.
    fn at(location: &Location) -> Self;
    /// Returns the location of its database.
    fn location(&self) -> Location;
    /// Opens a connection to its database.
    async fn connect(&self) -> AnyConnection;
}

impl CliDatabase for Cli {
    async fn on(database: Database) -> Self {
        let dir = temp_dir();
        let location = database.create(&dir).await;
        Self::in_dir(dir, &url(&location))
    }

    fn at(location: &Location) -> Self {
        Self::new(&url(location))
    }

    fn location(&self) -> Location {
        match self.database_url().strip_prefix("sqlite://") {
            Some(path) => Location::Sqlite(path.into()),
            None => Location::Postgres(self.database_url().to_owned()),
        }
    }

    async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        let url = match self.location() {
            Location::Sqlite(path) => format!("sqlite://{}?mode=rwc", path.display()),
            Location::Postgres(url) => url,
        };
        AnyConnection::connect(&url).await.expect("connects")
    }
}

async fn create_postgres() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("REKEY_TEST_POSTGRES_URL")
        .expect("REKEY_TEST_POSTGRES_URL names no PostgreSQL server; `cargo xtask test` starts one and sets it");
    let name = format!("rekey_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&server).await.expect("the PostgreSQL server for tests answers");
    let sql = format!("CREATE DATABASE {name} TEMPLATE template0");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("a database of its own");
    connection.close().await.expect("closes");
    let mut url = url::Url::parse(&server).expect("a URL");
    url.set_path(&name);
    url.to_string()
}
