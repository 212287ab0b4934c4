//! Filling an empty users table at once: its indexes are built afterwards, each in one go, instead of grown row by row all
//! over the file.

use crate::store::{Conn, Dialect, Result, Store};
use sqlx::{AssertSqlSafe, Row};

/// The indexes of the table and of its search, taken away; those that keep it right (keys, uniqueness) stay.
#[must_use = "the table needs its indexes back"]
pub struct SetAside(Vec<String>);

/// The indexes of the search are kept by triggers in tables of their own; in their own order they are filled ten times as fast.
const FILL_SQLITE: &str = "INSERT INTO users_search (rowid, search) SELECT place, search FROM users ORDER BY place;
    INSERT INTO users_search_by_email (rowid, search) SELECT place_by_email, search FROM users ORDER BY place_by_email;
    INSERT INTO users_search_by_extension (rowid, search) SELECT extension, search FROM users ORDER BY extension;
    INSERT INTO users_unreachable_search (rowid, search) SELECT place, search FROM users WHERE address IS NULL ORDER BY place;
    INSERT INTO users_disabled_search (rowid, search) SELECT place, search FROM users WHERE status = 'disabled' ORDER BY place";
const FILL_POSTGRES: &str = "INSERT INTO users_search_by_name SELECT id, name_sort, users_spelt(search) FROM users ORDER BY name_sort, id;
    INSERT INTO users_search_by_email SELECT id, email_sort, users_spelt(search) FROM users ORDER BY email_sort, id;
    INSERT INTO users_search_by_extension SELECT id, extension, users_spelt(search) FROM users ORDER BY extension";

impl SetAside {
    /// Takes them away, within the caller's transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(conn: &mut Conn, dialect: Dialect) -> Result<Self> {
        if dialect == Dialect::Postgres {
            sqlx::raw_sql("ALTER TABLE users DISABLE TRIGGER users_search_insert").execute(&mut *conn).await?;
        }
        let rows = sqlx::query(match dialect {
            Dialect::Sqlite => {
                "SELECT type || ' ' || name, sql FROM sqlite_master WHERE tbl_name = 'users' AND sql IS NOT NULL
                 AND (type = 'index' OR (type = 'trigger' AND name LIKE '%\\_search%\\_insert' ESCAPE '\\'))"
            }
            // As they are told, those of a table that is cut would be its own only.
            Dialect::Postgres => {
                "SELECT 'index ' || indexname, replace(indexdef, ' ON ONLY ', ' ON ') FROM pg_indexes
                 WHERE tablename IN ('users', 'users_search_by_name', 'users_search_by_email', 'users_search_by_extension')
                 AND schemaname = current_schema() AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = indexname)"
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
        let fill = match dialect {
            Dialect::Sqlite => FILL_SQLITE,
            Dialect::Postgres => FILL_POSTGRES,
        };
        sqlx::raw_sql(fill).execute(&mut *conn).await?;
        if dialect == Dialect::Postgres {
            let ready = "ALTER TABLE users ENABLE TRIGGER users_search_insert; SET LOCAL maintenance_work_mem = '256MB'";
            sqlx::raw_sql(ready).execute(&mut *conn).await?;
        }
        for definition in self.0 {
            sqlx::raw_sql(AssertSqlSafe(definition)).execute(&mut *conn).await?;
        }
        Ok(())
    }
}

const SETTLE: &str = "VACUUM (ANALYZE) users, users_search_by_name, users_search_by_email, users_search_by_extension";

/// Tells PostgreSQL's planner, after many users were written, what there is now; it would find out in a minute or so, and plan
/// badly until then. SQLite is told by the queries which index to take. The users are there whether it works or not.
pub async fn settle(store: &Store) {
    if store.dialect() == Dialect::Postgres
        && let Err(error) = sqlx::raw_sql(SETTLE).execute(store.read()).await
    {
        tracing::warn!(%error, "PostgreSQL could not be told at once how many users there are");
    }
}
