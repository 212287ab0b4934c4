//! Database: SQLite or PostgreSQL, through one set of queries.
//!
//! Both accept `$1` placeholders, `RETURNING` and `ON CONFLICT`, so nearly all SQL is written once, in the module that needs it. Differences are in
//! [`Dialect`] and in `migrations/`. Numbers are 64-bit integers, times are Unix milliseconds, flags are nullable times.

mod dialect;
mod migrate;

pub use dialect::Dialect;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{Any, AnyPool, AssertSqlSafe, Connection, Row, Transaction};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::timeout;

/// A write transaction; see [`Store::begin`].
pub type Tx = Transaction<'static, Any>;
/// A connection, in a transaction or not.
pub type Conn = sqlx::AnyConnection;
/// Result of a query.
pub type Result<T, E = sqlx::Error> = std::result::Result<T, E>;

/// How long a request waits for a connection before it fails with "busy".
const ACQUIRE: Duration = Duration::from_secs(30);
/// How long PostgreSQL may take to answer at startup.
const PROBE: Duration = Duration::from_secs(10);
/// Maximum number of read-only (SQLite) or read-write (PostgreSQL) connections.
const CONNECTIONS: u32 = 8;

/// Batch size of [`Store::sweep`].
const SWEPT: u64 = 1000;

/// Location of the data.
#[derive(Clone, Eq, PartialEq)]
pub enum Location {
    /// A file.
    Sqlite(PathBuf),
    /// A `postgres://` URL. It may hold a password: never log it.
    Postgres(String),
}

/// Error of opening the database: a sentence that says what to change.
#[derive(Debug)]
pub struct OpenError(pub String);

/// Database handle; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    read: AnyPool,
    write: AnyPool,
    dialect: Dialect,
}

impl Store {
    /// Opens the database, creates the SQLite file if it does not exist, and migrates the schema.
    ///
    /// # Errors
    /// The file cannot be opened, the server cannot be reached, or the schema is newer than this program.
    pub async fn open(location: &Location) -> Result<Self, OpenError> {
        let store = Self::connect(location, true).await?;
        migrate::run(&store).await?;
        Ok(store)
    }

    /// Opens an existing database whose schema is current. Changes nothing.
    ///
    /// # Errors
    /// There is no database, it cannot be opened, or its schema version is not that of this program.
    pub async fn open_existing(location: &Location) -> Result<Self, OpenError> {
        let store = Self::connect(location, false).await?;
        migrate::must_be_current(&store, location).await?;
        Ok(store)
    }

    /// Creates the database if it does not exist; otherwise opens it like [`Self::open_existing`].
    ///
    /// # Errors
    /// It cannot be opened or created, or its schema version is not that of this program.
    pub async fn open_or_create(location: &Location) -> Result<Self, OpenError> {
        let store = Self::connect(location, true).await?;
        match migrate::is_empty(&store).await? {
            true => migrate::run(&store).await?,
            false => migrate::must_be_current(&store, location).await?,
        }
        Ok(store)
    }

    /// Opens a SQLite file as it is: without creating it, changing its journal mode or migrating it.
    ///
    /// # Errors
    /// It does not exist, cannot be opened, or is not a Rekey database.
    pub async fn inspect(file: &Path) -> Result<Self, OpenError> {
        let location = Location::Sqlite(file.to_owned());
        let store = Self::connect(&location, false).await?;
        migrate::must_have_schema(&store, &location).await?;
        Ok(store)
    }

    /// Switches a SQLite file out of WAL mode. Works only while no other process has it open.
    ///
    /// # Errors
    /// The file is in use or cannot be opened.
    pub async fn leave_wal(file: &Path) -> Result<()> {
        sqlx::any::install_default_drivers();
        let url = sqlite_url(file).map_err(sqlx::Error::Io)?;
        let pool = AnyPoolOptions::new().max_connections(1).connect(&url).await?;
        let left = sqlx::query("PRAGMA journal_mode = DELETE").fetch_one(&pool).await;
        pool.close().await;
        match left?.try_get::<String, _>(0)?.as_str() {
            "delete" => Ok(()),
            _ => Err(sqlx::Error::WorkerCrashed),
        }
    }

    async fn connect(location: &Location, create: bool) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        match location {
            Location::Sqlite(path) => {
                let cannot = |cause: &dyn std::fmt::Display| {
                    OpenError(format!(
                        "The database file {} cannot be opened ({cause}); give REKEY_DATABASE_URL a file that can be written, or correct its permissions.",
                        path.display()
                    ))
                };
                let url = sqlite_url(path).map_err(|e| cannot(&e))?;
                if !create && !path.exists() {
                    return Err(OpenError(format!(
                        "There is no database at {}; give REKEY_DATABASE_URL (or --database-url) the one that you mean.",
                        path.display()
                    )));
                }
                if create {
                    create_private(path).map_err(|e| cannot(&e))?;
                }
                probe(&url, "PRAGMA busy_timeout = 30000; PRAGMA schema_version").await.map_err(|e| cannot(&brief(&e)))?;
                // One connection writes: SQLite has a single writer anyway, and queueing here avoids "database is locked".
                let write = sqlite_pool(1, &url, create).await.map_err(|e| cannot(&brief(&e)))?;
                let read = sqlite_pool(CONNECTIONS, &url, false).await.map_err(|e| cannot(&brief(&e)))?;
                Ok(Self { read, write, dialect: Dialect::Sqlite })
            }
            Location::Postgres(url) => {
                let cannot = |e: sqlx::Error| {
                    OpenError(format!("PostgreSQL cannot be reached ({}); check REKEY_DATABASE_URL, and that the server runs.", brief(&e)))
                };
                let answers = timeout(PROBE, probe(url, "SELECT 1")).await;
                answers.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(cannot)?;
                let options = pool_options(CONNECTIONS);
                let pool = options.connect(url).await.map_err(cannot)?;
                Ok(Self { read: pool.clone(), write: pool, dialect: Dialect::Postgres })
            }
        }
    }

    /// Begins a durable write transaction: once committed, it survives a power failure. On SQLite it takes the write lock at once, so that it never
    /// has to be aborted halfway. On PostgreSQL each statement is planned once per connection, independently of its parameters: planning takes longer
    /// than most statements, and each is written to have one good plan.
    ///
    /// # Errors
    /// No connection within 30 seconds.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        match self.dialect {
            Dialect::Sqlite => self.write.begin_with("PRAGMA synchronous = FULL; BEGIN IMMEDIATE").await,
            Dialect::Postgres => self.write.begin_with("BEGIN; SET LOCAL plan_cache_mode = force_generic_plan").await,
        }
    }

    /// Like [`Self::begin`], without fsync at commit: for work that the client or the queue repeats (counts, sessions, a request for a link, a step
    /// of the mail queue). Atomic, and survives a process crash; the last commits may be lost in a power failure, unless a later durable commit
    /// flushed them. Saves milliseconds on a busy disk, more than the rest of such a request costs.
    ///
    /// # Errors
    /// No connection within 30 seconds.
    pub async fn begin_relaxed(&self) -> sqlx::Result<Tx> {
        match self.dialect {
            Dialect::Sqlite => self.write.begin_with("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE").await,
            Dialect::Postgres => {
                let begin = "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL synchronous_commit = off";
                self.write.begin_with(begin).await
            }
        }
    }

    /// Begins a read-only transaction on a consistent snapshot. On PostgreSQL without JIT: compiling these queries would take longer than running
    /// them.
    ///
    /// # Errors
    /// No connection within 30 seconds.
    pub async fn snapshot(&self) -> sqlx::Result<Tx> {
        match self.dialect {
            Dialect::Sqlite => self.read.begin().await,
            Dialect::Postgres => self.read.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL jit = off").await,
        }
    }

    /// Returns the pool for read-only queries outside a transaction.
    #[must_use]
    pub const fn read(&self) -> &AnyPool {
        &self.read
    }

    /// Returns the pool for single write statements.
    #[must_use]
    pub const fn write(&self) -> &AnyPool {
        &self.write
    }

    /// Deletes the rows of a table that match `what`, with `limit` as `$1`, in batches, so that other writers do not wait long (SQLite). Locked rows
    /// are skipped until the next sweep (PostgreSQL).
    ///
    /// # Errors
    /// Database errors.
    pub async fn sweep(&self, table: &'static str, key: &'static str, what: &str, limit: i64) -> Result<()> {
        let lock = self.dialect.skip_locked();
        let sql = format!("DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {what} LIMIT {SWEPT}{lock})");
        while sqlx::query(AssertSqlSafe(sql.clone())).bind(limit).execute(&self.write).await?.rows_affected() >= SWEPT {}
        Ok(())
    }

    /// Returns the dialect.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns whether the database responds.
    pub async fn is_ready(&self) -> bool {
        sqlx::query("SELECT 1").execute(&self.read).await.is_ok()
    }

    /// Waits for active queries and closes all connections.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// Discards connections that are still in a transaction. SQLite ends a transaction by itself when the disk is full or broken; the rollback then
/// fails, sqlx keeps counting the transaction as open, and every later one on that connection would fail.
fn pool_options(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
}

async fn sqlite_pool(connections: u32, url: &str, wal: bool) -> sqlx::Result<AnyPool> {
    // Waits for other processes (the command line). Commits survive a power failure, except after [`Store::begin_relaxed`].
    const PRAGMAS: &str = "PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
    // A bulk write of 100,000 users touches more pages than the default 2 MB cache holds. Allocated as needed.
    const WRITER: &str = "PRAGMA journal_mode = WAL; PRAGMA cache_size = -131072";
    // A search among a million users reads that much of the indexes.
    const READER: &str = "PRAGMA cache_size = -32768";
    let options = pool_options(connections).after_connect(move |connection, _| {
        Box::pin(async move {
            sqlx::raw_sql(PRAGMAS).execute(&mut *connection).await?;
            sqlx::raw_sql(if wal { WRITER } else { READER }).execute(&mut *connection).await?;
            Ok(())
        })
    });
    options.connect(url).await
}

/// Connects once before the pool is created: a pool would retry for a long time what can never succeed (not a database, nothing listening).
async fn probe(url: &str, question: &'static str) -> sqlx::Result<()> {
    let mut connection = sqlx::AnyConnection::connect(url).await?;
    sqlx::raw_sql(question).execute(&mut connection).await?;
    connection.close().await
}

fn sqlite_url(path: &Path) -> std::io::Result<String> {
    let path = std::path::absolute(path)?;
    url::Url::from_file_path(&path)
        .map(|url| url.as_str().replacen("file:", "sqlite:", 1))
        .map_err(|()| std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a path"))
}

/// Creates the file before SQLite does, so that it is never readable by others.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Describes a database error without the statement, the values or the URL.
fn brief(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(e) => e.message().to_owned(),
        sqlx::Error::Io(e) => e.to_string(),
        sqlx::Error::PoolTimedOut => "no connection in time".to_owned(),
        sqlx::Error::Configuration(_) => "the URL is not understood".to_owned(),
        _ => "no connection".to_owned(),
    }
}

/// Returns the first column as a number.
///
/// # Errors
/// Database errors.
pub fn number(row: &AnyRow) -> sqlx::Result<i64> {
    row.try_get(0)
}

#[cfg(test)]
mod tests {
    use super::{Location, Store, number};
    use sqlx::Row;

    async fn both(check: impl AsyncFn(Store)) {
        let dir = rekey_testing::temp_dir();
        check(Store::open(&Location::Sqlite(dir.path().join("a b.db"))).await.expect("SQLite opens")).await;
        if let Ok(url) = std::env::var("REKEY_TEST_POSTGRES_URL") {
            check(Store::open(&Location::Postgres(url)).await.expect("PostgreSQL opens")).await;
        }
    }

    #[tokio::test]
    async fn both_databases_take_the_same_sql() {
        both(async |store| {
            let mut tx = store.begin().await.expect("begins");
            sqlx::query(
                "INSERT INTO limits (key, count, ends_at) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET count = limits.count + 1",
            )
            .bind(vec![1u8, 2])
            .bind(1i64)
            .bind(5i64)
            .execute(&mut *tx)
            .await
            .expect("inserts");
            let row = sqlx::query("SELECT count(*), CAST(NULL AS TEXT) FROM limits WHERE ends_at = $2 AND key = $1")
                .bind(vec![1u8, 2])
                .bind(5i64)
                .fetch_one(&mut *tx)
                .await
                .expect("counts");
            assert_eq!(number(&row).expect("a number"), 1);
            assert_eq!(row.try_get::<Option<String>, _>(1).expect("null"), None);
            let id =
                sqlx::query("INSERT INTO outbox (kind, address, user_id, created_at, next_at) VALUES ($1, $2, $3, $4, $4) RETURNING id")
                    .bind("forgot")
                    .bind(None::<String>)
                    .bind(None::<i64>)
                    .bind(7i64)
                    .fetch_one(&mut *tx)
                    .await
                    .expect("inserts");
            assert!(number(&id).expect("an id") > 0);
            let row = sqlx::query("SELECT address, user_id, created_at FROM outbox").fetch_one(&mut *tx).await.expect("reads");
            assert_eq!(row.get::<Option<String>, _>(0), None);
            assert_eq!(row.get::<Option<i64>, _>(1), None);
            assert_eq!(row.get::<i64, _>(2), 7);
            tx.rollback().await.expect("rolls back");
        })
        .await;
    }
}
