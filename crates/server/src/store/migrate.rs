//! Brings the schema up to date: each step in a transaction of its own, whole or not at all.

use super::{Dialect, OpenError, Store, brief, number};
use sqlx::AssertSqlSafe;

/// The steps in order, SQLite and PostgreSQL; a step's number is its place, from 1. Never change one that was released.
const STEPS: &[(&str, &str)] = &[
    (include_str!("../../migrations/sqlite/0001_start.sql"), include_str!("../../migrations/postgres/0001_start.sql")),
    (include_str!("../../migrations/sqlite/0002_walks.sql"), include_str!("../../migrations/postgres/0002_walks.sql")),
    (include_str!("../../migrations/sqlite/0003_covered.sql"), include_str!("../../migrations/postgres/0003_covered.sql")),
    (include_str!("../../migrations/sqlite/0004_filtered.sql"), include_str!("../../migrations/postgres/0004_filtered.sql")),
    (include_str!("../../migrations/sqlite/0005_shelves.sql"), include_str!("../../migrations/postgres/0005_shelves.sql")),
    (include_str!("../../migrations/sqlite/0006_admins.sql"), include_str!("../../migrations/postgres/0006_admins.sql")),
    (include_str!("../../migrations/sqlite/0007_orders.sql"), include_str!("../../migrations/postgres/0007_orders.sql")),
];

/// Any number, the same in every process, that PostgreSQL serialises migrations by.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7305421)";

/// Takes every step that the database lacks.
///
/// # Errors
/// The schema is newer than this program, or a step fails (then nothing of it remains).
pub(super) async fn run(store: &Store) -> Result<(), OpenError> {
    let failed = |error: sqlx::Error| OpenError(format!("The database schema could not be brought up to date: {}.", brief(&error)));
    let mut found = None;
    loop {
        let mut tx = store.begin().await.map_err(failed)?;
        if store.dialect() == Dialect::Postgres {
            sqlx::raw_sql(LOCK).execute(&mut *tx).await.map_err(failed)?;
        }
        sqlx::raw_sql("CREATE TABLE IF NOT EXISTS schema_steps (step BIGINT PRIMARY KEY)").execute(&mut *tx).await.map_err(failed)?;
        let row = sqlx::query("SELECT coalesce(max(step), 0) FROM schema_steps").fetch_one(&mut *tx).await.map_err(failed)?;
        let done = number(&row).map_err(failed)?;
        let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
        if done > known {
            return Err(OpenError(format!(
                "The database has schema version {done}, and this program knows versions up to {known}; start the newer rekey that made it, or restore a backup."
            )));
        }
        let Some((sqlite, postgres)) = usize::try_from(done).ok().and_then(|done| STEPS.get(done)) else {
            return tx.commit().await.map_err(failed);
        };
        if *found.get_or_insert(done) > 0 && found == Some(done) {
            tracing::info!(from = done, to = known, "bringing the database schema up to date; with many users this takes a while");
        }
        let sql = match store.dialect() {
            Dialect::Sqlite => *sqlite,
            Dialect::Postgres => *postgres,
        };
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await.map_err(failed)?;
        sqlx::query("INSERT INTO schema_steps (step) VALUES ($1)").bind(done + 1).execute(&mut *tx).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
    }
}
