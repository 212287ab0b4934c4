//! Filling an empty users table at once: its indexes are built afterwards, each in one go, instead of grown row by row all
//! over the file.

use crate::store::{Conn, Dialect, Result, Store};
use sqlx::{AssertSqlSafe, Row};

/// The indexes of the table, taken away; those that keep it right (keys, uniqueness) stay.
#[must_use = "the table needs its indexes back"]
pub struct SetAside(Vec<String>);

/// SQLite's indexes of the search are tables of their own, kept by triggers; in their own order they are filled ten times as fast.
const FILL: &str = "INSERT INTO users_search (rowid, search) SELECT place, search FROM users ORDER BY place;
    INSERT INTO users_unreachable_search (rowid, search) SELECT place, search FROM users WHERE address IS NULL ORDER BY place;
    INSERT INTO users_disabled_search (rowid, search) SELECT place, search FROM users WHERE status = 'disabled' ORDER BY place";

impl SetAside {
    /// Takes them away, within the caller's transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(conn: &mut Conn, dialect: Dialect) -> Result<Self> {
        let rows = sqlx::query(match dialect {
            Dialect::Sqlite => {
                "SELECT type || ' ' || name, sql FROM sqlite_master WHERE tbl_name = 'users' AND sql IS NOT NULL
                 AND (type = 'index' OR (type = 'trigger' AND name LIKE '%\\_search\\_insert' ESCAPE '\\'))"
            }
            Dialect::Postgres => {
                "SELECT 'index ' || indexname, indexdef FROM pg_indexes i WHERE tablename = 'users' AND schemaname = current_schema()
                 AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
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
    pub async fn end(self, conn: &mut Conn, dialect: Dialect) -> Result<()> {
        if dialect == Dialect::Postgres {
            sqlx::raw_sql("SET LOCAL maintenance_work_mem = '256MB'").execute(&mut *conn).await?;
        }
        for definition in self.0 {
            sqlx::raw_sql(AssertSqlSafe(definition)).execute(&mut *conn).await?;
        }
        if dialect == Dialect::Sqlite {
            sqlx::raw_sql(FILL).execute(&mut *conn).await?;
        }
        Ok(())
    }
}

/// Tells PostgreSQL's planner, after many users were written, what there is now; it would find out in a minute or so, and plan
/// badly until then. SQLite is told by the queries which index to take. The users are there whether it works or not.
pub async fn settle(store: &Store) {
    if store.dialect() == Dialect::Postgres
        && let Err(error) = sqlx::raw_sql("VACUUM (ANALYZE) users").execute(store.read()).await
    {
        tracing::warn!(%error, "PostgreSQL could not be told at once how many users there are");
    }
}
