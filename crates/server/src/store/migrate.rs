//! Schema migrations: all of them in one transaction. Also the schema check of commands that change nothing.

use super::{Dialect, Location, OpenError, Store, brief, number};
use sqlx::migrate::{MigrateError, Migrator};

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// Arbitrary advisory lock number, the same in every process, that serializes migrations on PostgreSQL.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7305421)";

fn migrator(store: &Store) -> &'static Migrator {
    match store.dialect() {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
    }
}

fn newest(migrator: &Migrator) -> i64 {
    migrator.iter().map(|migration| migration.version).max().unwrap_or_default()
}

fn newer(found: i64, known: i64) -> OpenError {
    OpenError(format!(
        "The database has schema version {found}, and this program knows versions up to {known}; start the newer rekey that made it, or restore a backup."
    ))
}

/// Returns whether the database has no schema of any version.
///
/// # Errors
/// Database errors, as a sentence.
pub(super) async fn is_empty(store: &Store) -> Result<bool, OpenError> {
    let table = match store.dialect() {
        Dialect::Sqlite => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'",
        Dialect::Postgres => "SELECT 1 WHERE to_regclass('_sqlx_migrations') IS NOT NULL",
    };
    let found = sqlx::query(table).fetch_optional(store.read()).await;
    found.map(|row| row.is_none()).map_err(|error| OpenError(format!("The database cannot be read: {}.", brief(&error))))
}

/// Fails if the database has no schema. Changes nothing.
///
/// # Errors
/// A sentence that says what is missing.
pub(super) async fn must_have_schema(store: &Store, location: &Location) -> Result<(), OpenError> {
    if !is_empty(store).await? {
        return Ok(());
    }
    let place = match location {
        Location::Sqlite(path) => format!("The database file {}", path.display()),
        Location::Postgres(_) => "The PostgreSQL database".to_owned(),
    };
    Err(OpenError(format!(
        "{place} holds no tables of Rekey; give REKEY_DATABASE_URL the one that you mean, or let `rekey migrate` or `rekey serve` set it up."
    )))
}

/// Fails unless the database has the schema version of this program. Changes nothing.
///
/// # Errors
/// A sentence that says what was found, and what to do.
pub(super) async fn must_be_current(store: &Store, location: &Location) -> Result<(), OpenError> {
    must_have_schema(store, location).await?;
    let unreadable = |error: sqlx::Error| OpenError(format!("The database schema cannot be read: {}.", brief(&error)));
    let row = sqlx::query("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(store.read()).await.map_err(unreadable)?;
    let (found, known) = (number(&row).map_err(unreadable)?, newest(migrator(store)));
    if found > known {
        return Err(newer(found, known));
    }
    if found < known {
        return Err(OpenError(format!(
            "The database has schema version {found}, and this program works with version {known}; `rekey migrate` or `rekey serve` brings it up to date."
        )));
    }
    Ok(())
}

/// Runs the pending migrations. SQLite's write transaction and PostgreSQL's lock allow one process at a time.
///
/// # Errors
/// The schema is newer than this program, or a migration fails (everything is rolled back).
pub(super) async fn run(store: &Store) -> Result<(), OpenError> {
    let failed = |error: sqlx::Error| OpenError(format!("The database schema could not be brought up to date: {}.", brief(&error)));
    let migrator = migrator(store);
    let mut tx = store.begin().await.map_err(failed)?;
    if store.dialect() == Dialect::Postgres {
        sqlx::raw_sql(LOCK).execute(&mut *tx).await.map_err(failed)?;
    }
    match migrator.run(&mut *tx).await {
        Ok(()) => tx.commit().await.map_err(failed),
        Err(MigrateError::VersionMissing(found)) => Err(newer(found, newest(migrator))),
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => Err(failed(error)),
        Err(error) => Err(OpenError(format!("The database schema could not be brought up to date: {error}."))),
    }
}
