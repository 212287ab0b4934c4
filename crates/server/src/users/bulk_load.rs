//! Bulk load: fills an empty users table without its indexes and builds them afterwards, each in one go.

use crate::store::{Conn, Dialect, Result, Store};
use sqlx::{AssertSqlSafe, Row};

/// The definitions of the indexes that were dropped, and of SQLite's trigger that fills the search index.
#[must_use = "the table needs its indexes back"]
pub struct DroppedIndexes(Vec<String>);

impl DroppedIndexes {
    /// Drops them, within the caller's transaction; those of primary keys and unique columns stay.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn drop(conn: &mut Conn, dialect: Dialect) -> Result<Self> {
        let rows = sqlx::query(match dialect {
            Dialect::Sqlite => {
                "SELECT type || ' ' || name, sql FROM sqlite_master WHERE tbl_name = 'users' AND sql IS NOT NULL
                 AND (type = 'index' OR name = 'users_search_insert')"
            }
            Dialect::Postgres => {
                "SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE tablename = 'users' AND schemaname = current_schema()
                 AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = indexname)"
            }
        });
        let mut definitions = Vec::new();
        for row in rows.fetch_all(&mut *conn).await? {
            let (name, definition): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            sqlx::raw_sql(AssertSqlSafe(format!("DROP {name}"))).execute(&mut *conn).await?;
            definitions.push(definition);
        }
        Ok(Self(definitions))
    }

    /// Builds them again, in the same transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rebuild(self, conn: &mut Conn, dialect: Dialect) -> Result<()> {
        let prepare = match dialect {
            Dialect::Sqlite => "INSERT INTO users_search (users_search) VALUES ('rebuild')",
            Dialect::Postgres => "SET LOCAL maintenance_work_mem = '256MB'",
        };
        sqlx::raw_sql(prepare).execute(&mut *conn).await?;
        for definition in self.0 {
            sqlx::raw_sql(AssertSqlSafe(definition)).execute(&mut *conn).await?;
        }
        Ok(())
    }
}

/// Updates PostgreSQL's statistics and visibility map, after many users were written; autovacuum would take minutes, in which queries are planned
/// badly. The users are there whether it works or not.
pub async fn analyze(store: &Store) {
    if store.dialect() == Dialect::Postgres
        && let Err(error) = sqlx::raw_sql("VACUUM (ANALYZE) users").execute(store.read()).await
    {
        tracing::warn!(%error, "the statistics of the users table could not be updated");
    }
}
