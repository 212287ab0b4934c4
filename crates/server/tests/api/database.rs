//! A database of its own for every test.

use rekey_server::store::Location;
use sqlx::{AssertSqlSafe, Connection};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A directory that is gone when the test is over.
pub struct Dir(pub PathBuf);

impl Dir {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("rekey-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).expect("a directory for the test");
        Self(dir)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Where the test's own, empty database is.
pub async fn create(kind: Kind, dir: &Dir) -> Location {
    match kind {
        Kind::Sqlite => Location::Sqlite(dir.0.join("rekey.db")),
        Kind::Postgres => Location::Postgres(create_postgres().await),
    }
}

async fn create_postgres() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("REKEY_TEST_POSTGRES_URL")
        .expect("REKEY_TEST_POSTGRES_URL names no PostgreSQL server; `cargo xtask test` starts one and sets it");
    let name = format!("rekey_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect(&server).await.expect("the PostgreSQL server for tests answers");
    let sql = format!("CREATE DATABASE {name} TEMPLATE template0");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("a database of its own");
    connection.close().await.expect("closes");
    let mut url = url::Url::parse(&server).expect("a URL");
    url.set_path(&name);
    url.to_string()
}
