//! Bulk load: what a table needs after many users were written at once.

use crate::store::{Dialect, Store};

/// Updates PostgreSQL's statistics and visibility map, which autovacuum would do within minutes; queries are planned badly until then. The users
/// are there whether it works or not.
pub async fn analyze(store: &Store) {
    if store.dialect() == Dialect::Postgres
        && let Err(error) = sqlx::raw_sql("VACUUM (ANALYZE) users").execute(store.read()).await
    {
        tracing::warn!(%error, "the statistics of the users table could not be updated");
    }
}
