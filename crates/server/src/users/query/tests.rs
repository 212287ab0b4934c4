//! The indexes that the statements use.

use super::{Cursor, Key, SearchTerm, Sql, UsersQuery};
use crate::store::{Conn, Dialect, Location, Store};
use rekey_wire::users::{Filter, Sort, SortKey};
use sqlx::{AssertSqlSafe, Connection, Row};

/// Both databases, empty, and the directory of the one that is a file.
async fn stores() -> (Vec<Store>, std::path::PathBuf) {
    let dir = std::env::temp_dir().join(format!("rekey-query-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory");
    let mut stores = vec![Store::open(&Location::Sqlite(dir.join("rekey.db"))).await.expect("SQLite opens")];
    if let Ok(url) = std::env::var("REKEY_TEST_POSTGRES_URL") {
        let name = format!("rekey_query_{}", std::process::id());
        let mut connection = sqlx::AnyConnection::connect(&url).await.expect("PostgreSQL answers");
        let create = format!("CREATE DATABASE {name} TEMPLATE template0");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.expect("a database of its own");
        let mut url = url::Url::parse(&url).expect("a URL");
        url.set_path(&name);
        stores.push(Store::open(&Location::Postgres(url.into())).await.expect("PostgreSQL opens"));
    }
    (stores, dir)
}

fn query(dialect: Dialect, search: Option<&SearchTerm>, filter: Filter, sort: Sort) -> UsersQuery<'_> {
    UsersQuery { search, filter, sort, cursor: None, now: 0, limit: 51, dialect }
}

async fn plan(conn: &mut Conn, dialect: Dialect, statement: String, sql: Sql) -> String {
    let (explain, detail) = match dialect {
        Dialect::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        Dialect::Postgres => ("EXPLAIN", 0),
    };
    let rows = sql.query(format!("{explain} {statement}")).fetch_all(conn).await.expect("is explained");
    rows.iter().map(|row| row.get::<String, _>(detail) + "\n").collect()
}

#[tokio::test]
async fn every_sort_filter_and_search_has_its_index() {
    let term = SearchTerm::parse("ann").expect("something was typed");
    let (stores, dir) = stores().await;
    for store in &stores {
        let (dialect, mut tx) = (store.dialect(), store.begin().await.expect("begins"));
        if dialect == Dialect::Postgres {
            // Few rows would be read from end to end, and sorted.
            let settings = "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off";
            sqlx::raw_sql(settings).execute(&mut *tx).await.expect("are set");
        }
        for name in ["name", "-name", "email", "-email", "extension", "-extension", "last_login", "-last_login"] {
            let sort = Sort::parse(name).expect("a sort");
            let (key, index) = match sort.key {
                SortKey::Name => (Key::Text("m".to_owned()), "users_by_name"),
                SortKey::Email => (Key::Text("m".to_owned()), "users_by_email"),
                SortKey::Extension => (Key::Number(5), "extension"),
                SortKey::LastLogin => (Key::Number(5), "users_by_login"),
            };
            let end = (key.clone(), 9);
            for backward in [false, true] {
                let cursor = Cursor { backward, sort, key: key.clone(), id: 7 };
                let query = UsersQuery { cursor: Some(&cursor), ..query(dialect, Some(&term), Filter::All, sort) };
                for part in query.parts() {
                    for end in [None, Some(&end)] {
                        let mut sql = Sql::default();
                        let statement = query.scanned(&part, end, 51, &mut sql);
                        let plan = plan(&mut tx, dialect, statement, sql).await;
                        // By extension alone, which nobody shares.
                        let plan = plan.replace("Incremental Sort", "");
                        let is_sorted = plan.contains("TEMP B-TREE") || plan.contains("Sort  ");
                        let begins_there = plan.contains("SEARCH u") || plan.contains("Index Cond");
                        assert!(plan.contains(index) && !is_sorted && begins_there, "{dialect:?} {name} {backward}: {plan}");
                    }
                }
            }
        }
        if dialect == Dialect::Postgres {
            // In an empty table any index would do: those of the sort orders hold the searched text, too.
            let settings = "SET LOCAL enable_bitmapscan = on; DROP INDEX users_by_name, users_by_email, users_by_login";
            sqlx::raw_sql(settings).execute(&mut *tx).await.expect("are set");
        }
        for (filter, search, index) in [
            (Filter::All, Some(&term), if dialect == Dialect::Sqlite { "VIRTUAL TABLE INDEX" } else { "users_search" }),
            (Filter::NoValidEmail, None, "users_unreachable"),
            (Filter::NoValidEmail, Some(&term), "users_unreachable"),
            (Filter::ResetPending, None, "users_pending"),
            (Filter::ResetPending, Some(&term), "users_pending"),
            (Filter::Disabled, None, "users_disabled"),
            (Filter::Disabled, Some(&term), "users_disabled"),
        ] {
            let query = query(dialect, search, filter, Sort::default());
            for part in query.parts() {
                let mut sql = Sql::default();
                let statement = query.looked_up(&part, None, 51, &mut sql);
                let plan = plan(&mut tx, dialect, statement, sql).await;
                assert!(plan.contains(index), "{dialect:?} {filter:?}: {plan}");
            }
        }
        drop(tx);
        store.close().await;
    }
    std::fs::remove_dir_all(&dir).expect("removed");
}
