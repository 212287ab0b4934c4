//! Brings the schema up to date: all migrations in one transaction, whole or not at all.

use super::{Dialect, OpenError, Store, brief};
use sqlx::migrate::{MigrateError, Migrator};

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// Any number, the same in every process, that PostgreSQL serialises migrations by.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7305421)";

/// Runs every migration that the database lacks. SQLite's writing transaction and PostgreSQL's lock let one process do so at a time.
///
/// # Errors
/// The schema is newer than this program, or a migration fails (then nothing of it remains).
pub(super) async fn run(store: &Store) -> Result<(), OpenError> {
    let failed = |error: sqlx::Error| OpenError(format!("The database schema could not be brought up to date: {}.", brief(&error)));
    let migrator = match store.dialect() {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
    };
    let mut tx = store.begin().await.map_err(failed)?;
    if store.dialect() == Dialect::Postgres {
        sqlx::raw_sql(LOCK).execute(&mut *tx).await.map_err(failed)?;
    }
    match migrator.run(&mut *tx).await {
        Ok(()) => tx.commit().await.map_err(failed),
        Err(MigrateError::VersionMissing(found)) => {
            let known = migrator.iter().map(|migration| migration.version).max().unwrap_or_default();
            Err(OpenError(format!(
                "The database has schema version {found}, and this program knows versions up to {known}; start the newer rekey that made it, or restore a backup."
            )))
        }
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => Err(failed(error)),
        Err(error) => Err(OpenError(format!("The database schema could not be brought up to date: {error}."))),
    }
}
