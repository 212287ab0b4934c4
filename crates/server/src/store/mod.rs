//! The database: SQLite or PostgreSQL, through one set of queries.
//!
//! Both take `$1` placeholders, `RETURNING` and `ON CONFLICT`, so nearly all SQL is written once and stands in the module
//! that needs it. What must differ stands in [`Dialect`] and in `migrations/`. Numbers are 64 bit, times Unix
//! milliseconds, flags are null or a time.

mod dialect;
mod migrate;

pub use dialect::Dialect;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{Any, AnyPool, AssertSqlSafe, Connection, Row, Transaction};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::timeout;

/// A transaction that will write; see [`Store::begin`].
pub type Tx = Transaction<'static, Any>;
/// A connection, in a transaction or not.
pub type Conn = sqlx::AnyConnection;
/// What a query gives.
pub type Result<T, E = sqlx::Error> = std::result::Result<T, E>;

/// How long a request waits for a connection before it is told that the database is busy.
const ACQUIRE: Duration = Duration::from_secs(30);
/// How long PostgreSQL may take to answer at the start.
const PROBE: Duration = Duration::from_secs(10);
/// Connections that only read (SQLite) or do both (PostgreSQL).
const CONNECTIONS: u32 = 8;

/// Rows that are deleted at a time.
const SWEPT: u64 = 1000;

/// Where the data is.
#[derive(Clone, Eq, PartialEq)]
pub enum Location {
    /// A file.
    Sqlite(PathBuf),
    /// A `postgres://` URL. It may hold a password: never log it.
    Postgres(String),
}

/// Why the database could not be opened, in a sentence that says what to change.
#[derive(Debug)]
pub struct OpenError(pub String);

/// A handle to the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    read: AnyPool,
    write: AnyPool,
    dialect: Dialect,
}

impl Store {
    /// Opens the database, creates the SQLite file where there is none, and brings the schema up to date.
    ///
    /// # Errors
    /// The file cannot be opened, the server cannot be reached, or the schema is newer than this program.
    pub async fn open(location: &Location) -> Result<Self, OpenError> {
        let store = Self::connect(location, true).await?;
        migrate::run(&store).await?;
        Ok(store)
    }

    /// Opens a database that is there, with a schema that is up to date, and changes nothing.
    ///
    /// # Errors
    /// There is no database, it cannot be opened, or its schema is not that of this program.
    pub async fn open_existing(location: &Location) -> Result<Self, OpenError> {
        let store = Self::connect(location, false).await?;
        migrate::must_be_current(&store, location).await?;
        Ok(store)
    }

    /// Makes a database where there is none; opens one that is there as [`Self::open_existing`] does.
    ///
    /// # Errors
    /// It cannot be opened or made, or its schema is not that of this program.
    pub async fn open_or_create(location: &Location) -> Result<Self, OpenError> {
        let store = Self::connect(location, true).await?;
        match migrate::is_empty(&store).await? {
            true => migrate::run(&store).await?,
            false => migrate::must_be_current(&store, location).await?,
        }
        Ok(store)
    }

    /// Opens a SQLite file as it is: nothing is created, the journal stays of its kind, and no schema is brought up to date.
    ///
    /// # Errors
    /// There is none, it cannot be opened, or it is no database of Rekey.
    pub async fn inspect(file: &Path) -> Result<Self, OpenError> {
        let location = Location::Sqlite(file.to_owned());
        let store = Self::connect(&location, false).await?;
        migrate::must_have_schema(&store, &location).await?;
        Ok(store)
    }

    /// Brings a SQLite file out of WAL mode, which works only while nobody else has it open.
    ///
    /// # Errors
    /// It is in use, or cannot be opened.
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
                        "The database file {} cannot be opened ({cause}); give REKEY_DATABASE_URL a file that can be written, or mend its permissions.",
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
                // One connection writes: SQLite has one writer anyway, and a queue here beats "database is locked".
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

    /// Begins a transaction that will write, and that survives power loss once it is committed. On SQLite it takes the
    /// write lock at once, so that it never has to give up halfway. PostgreSQL plans each statement once for a connection and not
    /// for the values of the moment, which takes longer than most statements: each is meant to have one good plan.
    ///
    /// # Errors
    /// No connection within 30 seconds.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        match self.dialect {
            Dialect::Sqlite => self.write.begin_with("PRAGMA synchronous = FULL; BEGIN IMMEDIATE").await,
            Dialect::Postgres => self.write.begin_with("BEGIN; SET LOCAL plan_cache_mode = force_generic_plan").await,
        }
    }

    /// The same for what is asked for or done again after a power cut: counts, sessions, a request for a link, a step of
    /// the mail queue. The next commit that waits takes it along to the disk. It survives the
    /// end of the process, is whole or not there at all, and its commit waits for no disk: milliseconds on a busy one, which
    /// is more than all else that such a request costs.
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

    /// Begins a transaction that only reads, and sees one moment throughout. PostgreSQL does not compile its queries (JIT), which would take
    /// longer than they do.
    ///
    /// # Errors
    /// No connection within 30 seconds.
    pub async fn snapshot(&self) -> sqlx::Result<Tx> {
        match self.dialect {
            Dialect::Sqlite => self.read.begin().await,
            Dialect::Postgres => self.read.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL jit = off").await,
        }
    }

    /// Where queries go that only read and need no transaction.
    #[must_use]
    pub const fn read(&self) -> &AnyPool {
        &self.read
    }

    /// Where single statements go that write.
    #[must_use]
    pub const fn write(&self) -> &AnyPool {
        &self.write
    }

    /// Deletes the rows of a table for which `what`, given `limit` as `$1`, is true, some at a time, so that nobody waits
    /// long for the one writer (SQLite). Rows that are being changed stay for the next time (PostgreSQL).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sweep(&self, table: &'static str, key: &'static str, what: &str, limit: i64) -> Result<()> {
        let lock = self.dialect.skip_locked();
        let sql = format!("DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {what} LIMIT {SWEPT}{lock})");
        while sqlx::query(AssertSqlSafe(sql.clone())).bind(limit).execute(&self.write).await?.rows_affected() >= SWEPT {}
        Ok(())
    }

    /// What the two databases say differently.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether the database answers.
    pub async fn is_ready(&self) -> bool {
        sqlx::query("SELECT 1").execute(&self.read).await.is_ok()
    }

    /// Waits for what is under way and closes all connections.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// A connection that is still in a transaction is replaced. SQLite ends a transaction by itself when the disk is full or
/// broken; the rollback that follows then fails, sqlx counts the transaction as open for ever, and every later one would
/// be refused.
fn pool_options(connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
}

async fn sqlite_pool(connections: u32, url: &str, wal: bool) -> sqlx::Result<AnyPool> {
    // A process beside the server (the command line) is waited for. What is committed survives power loss, unless
    // [`Store::begin_relaxed`] said otherwise.
    const PRAGMAS: &str = "PRAGMA busy_timeout = 30000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
    // A hundred thousand users written at once touch more pages than the default two megabytes hold; taken as needed.
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

/// A pool would try for long what can never work: what is no database, or where nobody listens, is told apart here.
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

/// Makes the file before SQLite does, so that nobody else may read it from the first moment.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// A database error without the statement, the values or the URL.
fn brief(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(e) => e.message().to_owned(),
        sqlx::Error::Io(e) => e.to_string(),
        sqlx::Error::PoolTimedOut => "no connection in time".to_owned(),
        sqlx::Error::Configuration(_) => "the URL is not understood".to_owned(),
        _ => "no connection".to_owned(),
    }
}

/// Reads one number.
///
/// # Errors
/// Those of the database.
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
