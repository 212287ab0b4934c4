//! The ways to find users, in SQL: by an index that has them in order, by a walk along it, by the index of a search.

use super::cursor::Cursor;
use super::search::{self, Needle};
use super::shelf::{Shelves, Shelving};
use super::sql::Sql;
use crate::clock::whole_second;
use crate::store::Dialect;
use rekey_wire::users::{Filter, Sort, SortKey};

/// Which page of which users.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) needle: Option<&'a Needle>,
    pub(super) filter: Filter,
    pub(super) sort: Sort,
    pub(super) cursor: Option<&'a Cursor>,
    /// Unix milliseconds.
    pub(super) now: i64,
    /// Ids wanted at most.
    pub(super) limit: i64,
    pub(super) dialect: Dialect,
    /// Those that are looked through.
    pub(super) shelves: Shelves,
}

impl Question<'_> {
    /// The page as an index has it.
    pub(super) fn in_order(&self) -> Sql {
        let mut sql = Sql::default();
        let wheres: Vec<String> = self.filtered(&mut sql).into_iter().chain(self.beyond(&mut sql)).collect();
        let (order, limit) = (self.order(), sql.number(self.limit));
        sql.text = format!("SELECT u.id FROM {}{} ORDER BY {order} LIMIT {limit}", self.ordered(), clause(&wheres));
        sql
    }

    /// Goes so many steps in the order asked for and takes what fits; both databases pass on the order of a subquery.
    pub(super) fn walk(&self, steps: i64) -> Sql {
        let mut sql = Sql::default();
        let pending = self.filter == Filter::ResetPending;
        let filtered = if pending { None } else { self.filtered(&mut sql) };
        let wheres: Vec<String> = filtered.into_iter().chain(self.shelved(&mut sql)).chain(self.beyond(&mut sql)).collect();
        let (order, steps) = (self.order(), sql.number(steps));
        let mut fits = Vec::new();
        if let Some(needle) = self.needle {
            let text = sql.bind(needle.text.clone());
            fits.push(search::holds(self.dialect, &text));
        }
        if pending {
            fits.push(format!("pending_until >= {}", sql.number(whole_second(self.now))));
        }
        // No more than is looked at, or the index would not do.
        let pending = if pending { ", u.pending_until AS pending_until" } else { "" };
        let limit = sql.number(self.limit);
        sql.text = format!(
            "SELECT id FROM (SELECT u.id AS id, u.search AS search{pending} FROM {}{} ORDER BY {order} LIMIT {steps}) AS walked{} \
             LIMIT {limit}",
            self.ordered(),
            clause(&wheres),
            clause(&fits)
        );
        sql
    }

    /// Looks all up, by the index of the search or of the filter, and sorts them.
    pub(super) fn sorted(&self, by: Option<&Needle>) -> Sql {
        let mut sql = Sql::default();
        let (from, mut wheres) = self.selected(&mut sql, by);
        wheres.extend(self.beyond(&mut sql));
        let (key, way, limit) = (key(self.sort), self.way(), sql.number(self.limit));
        let wheres = clause(&wheres);
        sql.text = match self.dialect {
            Dialect::Sqlite => format!("SELECT u.id FROM {from}{wheres} ORDER BY {key} {way}, u.id {way} LIMIT {limit}"),
            // It would rather walk, and meet what it looks for who knows where.
            Dialect::Postgres => format!(
                "WITH found AS MATERIALIZED (SELECT u.id AS id, {key} AS k FROM {from}{wheres}) \
                 SELECT id FROM found ORDER BY k {way}, id {way} LIMIT {limit}"
            ),
        };
        sql
    }

    /// For one or two letters and the default orders, in which they would be met late or never: by the index of either column.
    pub(super) fn beginnings(&self) -> Option<Sql> {
        let letters = self.needle.filter(|_| self.filter == Filter::All)?.letters.as_deref()?;
        let (own, other) = match self.sort.key {
            SortKey::Name => ("u.name_sort", "u.email_sort"),
            SortKey::Email => ("u.email_sort", "u.name_sort"),
            SortKey::Extension | SortKey::LastLogin => return None,
        };
        let mut sql = Sql::default();
        let (from, to) = (sql.bind(letters.to_owned()), sql.bind(format!("{letters}{}", char::MAX)));
        let beyond = self.beyond(&mut sql).map(|beyond| format!(" AND {beyond}")).unwrap_or_default();
        let (order, way, limit) = (self.order(), self.way(), sql.number(self.limit));
        let part = |which: String| {
            format!(
                "SELECT * FROM (SELECT u.id AS id, {own} AS k FROM users u WHERE {which}{beyond} ORDER BY {order} LIMIT {limit}) AS part"
            )
        };
        let by_own = part(format!("{own} >= {from} AND {own} < {to}"));
        let by_other = part(format!("substr({other}, 1, {}) = {from}", letters.chars().count()));
        sql.text = format!("SELECT id FROM ({by_own} UNION {by_other}) AS either ORDER BY k {way}, id {way} LIMIT {limit}");
        Some(sql)
    }

    /// The table and the conditions that use the index of the search, or (`None`) that of pending resets.
    pub(super) fn selected(&self, sql: &mut Sql, by: Option<&Needle>) -> (String, Vec<String>) {
        let Some(needle) = by else {
            let held = self.needle.map(|needle| search::holds(self.dialect, &sql.bind(needle.text.clone())));
            let table = match self.dialect {
                // Without statistics SQLite does not see that it is the shortest.
                Dialect::Sqlite => "users u INDEXED BY users_pending",
                Dialect::Postgres => "users u",
            };
            return (table.to_owned(), self.filtered(sql).into_iter().chain(held).collect());
        };
        if let Some(letters) = self.letters() {
            return (format!("{} JOIN users u ON u.id = either.id", self.beginning(sql, letters, i64::MAX)), Vec::new());
        }
        let filtered = match (self.dialect, self.filter) {
            // The filter's own index of the search holds nobody else.
            (Dialect::Sqlite, Filter::NoValidEmail | Filter::Disabled) => None,
            // As its index of the search spells it.
            (Dialect::Postgres, Filter::NoValidEmail) => Some("coalesce(u.address, '') = ''".to_owned()),
            (Dialect::Postgres, Filter::Disabled) => Some("coalesce(u.status, '') = 'disabled'".to_owned()),
            // A plus keeps the filter's own index out of it.
            (_, Filter::All | Filter::ResetPending) => {
                self.filtered(sql).map(|filter| filter.replace("u.pending_until", "+u.pending_until"))
            }
        };
        let listed = self.listed(sql, needle);
        let from = match self.dialect {
            // A cross join is SQLite's way of saying which table comes first.
            Dialect::Sqlite => format!("({listed}) AS f CROSS JOIN {}", self.each_user()),
            // All that is asked for stands where the search looks.
            Dialect::Postgres if self.is_shelved() || self.shelving() == Shelving::One => format!("({listed}) AS u"),
            // For the offset's sake it looks each of them up, and does not read all users to join them.
            Dialect::Postgres => format!(
                "({listed}) AS f CROSS JOIN LATERAL (SELECT f.shelf, id, name_sort, email_sort, extension, last_login_at, pending_until \
                 FROM users WHERE id = f.id OFFSET 0) AS u"
            ),
        };
        (from, filtered.into_iter().collect())
    }

    /// One or two letters, where PostgreSQL looks for them in the indexes of names and addresses: that of the search only suspects,
    /// whatever has a word that begins so.
    pub(super) fn letters(&self) -> Option<&str> {
        let has_indexes = self.dialect == Dialect::Postgres && self.filter != Filter::ResetPending;
        self.needle.filter(|_| has_indexes)?.letters.as_deref()
    }

    /// Whose name or address begins with these letters, as a table; each looked for until there are more than `most`.
    pub(super) fn beginning(&self, sql: &mut Sql, letters: &str, most: i64) -> String {
        let (from, to) = (sql.bind(letters.to_owned()), sql.bind(format!("{letters}{}", char::MAX)));
        let limit = sql.number(most.saturating_add(1));
        let filtered = self.filtered(sql).map(|filter| format!(" AND {filter}")).unwrap_or_default();
        let [by_name, by_email] = ["name_sort", "email_sort"].map(|key| {
            format!("SELECT * FROM (SELECT u.id FROM users u WHERE u.{key} >= {from} AND u.{key} < {to}{filtered} LIMIT {limit}) AS part")
        });
        format!("({by_name} UNION {by_email}) AS either")
    }

    /// Where the sort key is all that is read of a user, a smaller index has it.
    pub(super) const fn key_index(&self) -> Option<&'static str> {
        match (self.filter, self.sort.key) {
            (Filter::ResetPending, _) | (_, SortKey::Extension | SortKey::LastLogin) => None,
            (_, SortKey::Name) => Some("users_name_of"),
            (_, SortKey::Email) => Some("users_email_of"),
        }
    }

    /// The table, read by the index that has what the filter lets through in order: SQLite would rather find the addresses
    /// that are null, and sort.
    fn ordered(&self) -> String {
        let which = match self.filter {
            Filter::NoValidEmail => "unreachable",
            Filter::Disabled => "disabled",
            Filter::All | Filter::ResetPending => return "users u".to_owned(),
        };
        let order = match (self.sort.key, self.sort.descending) {
            (SortKey::Name, _) => "name",
            (SortKey::Email, _) => "email",
            (SortKey::Extension, _) => "extension",
            (SortKey::LastLogin, false) => "login",
            (SortKey::LastLogin, true) => "login_down",
        };
        match self.dialect {
            Dialect::Sqlite => format!("users u INDEXED BY users_{which}_by_{order}"),
            Dialect::Postgres => "users u".to_owned(),
        }
    }

    pub(super) fn filtered(&self, sql: &mut Sql) -> Option<String> {
        match self.filter {
            Filter::All => None,
            // As the indexes spell them.
            Filter::NoValidEmail => Some("u.address IS NULL".to_owned()),
            Filter::Disabled => Some("u.status = 'disabled'".to_owned()),
            Filter::ResetPending => Some(format!("u.pending_until >= {}", sql.number(whole_second(self.now)))),
        }
    }

    /// What lies after the cursor.
    pub(super) fn beyond(&self, sql: &mut Sql) -> Option<String> {
        let cursor = self.cursor?;
        let at = sql.key(cursor.key.clone());
        let (key, sign) = (key(self.sort), if self.descends() { "<" } else { ">" });
        Some(match self.sort.key {
            // Nobody shares an extension.
            SortKey::Extension => format!("{key} {sign} {at}"),
            // Of a pair that begins with an expression SQLite's index knows nothing, of the expression it does.
            SortKey::LastLogin => format!("{key} {sign}= {at} AND ({key}, u.id) {sign} ({at}, {})", sql.number(cursor.id)),
            _ => format!("({key}, u.id) {sign} ({at}, {})", sql.number(cursor.id)),
        })
    }

    /// Going back reads the table the other way round.
    pub(super) fn descends(&self) -> bool {
        self.sort.descending != self.cursor.is_some_and(|cursor| cursor.backward)
    }

    pub(super) fn way(&self) -> &'static str {
        if self.descends() { "DESC" } else { "ASC" }
    }

    fn order(&self) -> String {
        let (key, way) = (key(self.sort), self.way());
        match self.sort.key {
            SortKey::Extension => format!("{key} {way}"),
            _ => format!("{key} {way}, u.id {way}"),
        }
    }
}

/// The expression that sorts; each has an index. Who never logged in comes last, whichever the direction, in the order of ids.
pub(super) const fn key(sort: Sort) -> &'static str {
    match (sort.key, sort.descending) {
        (SortKey::Name, _) => "u.name_sort",
        (SortKey::Email, _) => "u.email_sort",
        (SortKey::Extension, _) => "u.extension",
        (SortKey::LastLogin, false) => "coalesce(u.last_login_at, u.id + 4611686018427387904)",
        (SortKey::LastLogin, true) => "coalesce(u.last_login_at, u.id - 4611686018427387904)",
    }
}

/// `WHERE`, where there is one.
pub(super) fn clause(wheres: &[String]) -> String {
    if wheres.is_empty() { String::new() } else { format!(" WHERE {}", wheres.join(" AND ")) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Cursor, Needle, Question, Shelves, Sql};
    use crate::store::{Conn, Dialect, Location, Store};
    use crate::users::cursor::Key;
    use crate::users::shelf::{ADDRESSES, EXTENSIONS, NAMES};
    use rekey_wire::users::{Filter, Sort, SortKey};
    use sqlx::{AssertSqlSafe, Connection, Row};

    /// How the database would go about it, were it kept to indexes that have the order.
    async fn plan(store: &Store, sql: Sql) -> String {
        let mut tx = store.begin().await.expect("begins");
        if store.dialect() == Dialect::Postgres {
            // An empty table would be read from end to end.
            sqlx::raw_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
                .execute(&mut *tx)
                .await
                .expect("is set");
        }
        explained(&mut tx, store.dialect(), sql).await
    }

    async fn explained(conn: &mut Conn, dialect: Dialect, mut sql: Sql) -> String {
        let (explain, detail) = match dialect {
            Dialect::Sqlite => ("EXPLAIN QUERY PLAN", 3),
            Dialect::Postgres => ("EXPLAIN", 0),
        };
        sql.text = format!("{explain} {}", sql.text);
        let rows = sql.query().fetch_all(conn).await.expect("is explained");
        rows.iter().map(|row| row.get::<String, _>(detail) + "\n").collect()
    }

    /// Both databases, empty, and the directory of the one that is a file.
    pub(in crate::users) async fn stores(of: &str) -> (Vec<Store>, std::path::PathBuf) {
        let dir = std::env::temp_dir().join(format!("rekey-{of}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a directory");
        let mut stores = vec![Store::open(&Location::Sqlite(dir.join("rekey.db"))).await.expect("SQLite opens")];
        if let Ok(url) = std::env::var("REKEY_TEST_POSTGRES_URL") {
            let name = format!("rekey_{of}_{}", std::process::id());
            let mut connection = sqlx::AnyConnection::connect(&url).await.expect("PostgreSQL answers");
            let create = format!("CREATE DATABASE {name} TEMPLATE template0");
            sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.expect("a database of its own");
            let mut url = url::Url::parse(&url).expect("a URL");
            url.set_path(&name);
            stores.push(Store::open(&Location::Postgres(url.into())).await.expect("PostgreSQL opens"));
        }
        (stores, dir)
    }

    #[tokio::test]
    async fn each_filter_and_each_shelf_has_its_own_index_of_the_search() {
        let needle = Needle::read("ann").expect("something was typed");
        let (stores, dir) = stores("filter").await;
        for store in &stores {
            let mut tx = store.begin().await.expect("begins");
            if store.dialect() == Dialect::Postgres {
                // Few would be read from end to end.
                let many = "INSERT INTO users (name, name_sort, email_sort, address, email_status, role, status, extension, created_at, changed_at, search)
                    SELECT 'n', md5(i::text), '', CASE WHEN i % 20 > 0 THEN i::text END, 'ok', 'agent',
                    CASE WHEN i % 20 = 1 THEN 'disabled' ELSE 'active' END, i, 0, 0, md5(i::text) FROM generate_series(1, 20000) AS i;
                    ANALYZE users";
                sqlx::raw_sql(many).execute(&mut *tx).await.expect("are written");
                sqlx::raw_sql("SET LOCAL enable_seqscan = off").execute(&mut *tx).await.expect("is set");
            }
            let shelves = |by: &str, cuts: usize| match store.dialect() {
                Dialect::Sqlite if by == "name" => vec!["users_search".to_owned()],
                Dialect::Sqlite => vec![format!("users_search_by_{by}")],
                Dialect::Postgres => (0..=cuts).map(|shelf| format!("users_search_by_{by}_{shelf}_search_idx")).collect(),
            };
            for (filter, sort, indexes) in [
                (Filter::All, "-name", shelves("name", NAMES.len())),
                (Filter::All, "email", shelves("email", ADDRESSES.len())),
                (Filter::All, "extension", shelves("extension", EXTENSIONS.len())),
                (Filter::All, "last_login", shelves("name", NAMES.len())),
                (Filter::ResetPending, "email", shelves("name", NAMES.len())),
                (Filter::NoValidEmail, "name", vec!["users_unreachable_search".to_owned()]),
                (Filter::Disabled, "email", vec!["users_disabled_search".to_owned()]),
            ] {
                let question = Question {
                    needle: Some(&needle),
                    filter,
                    sort: Sort::parse(sort).expect("a sort"),
                    cursor: None,
                    now: 0,
                    limit: 51,
                    dialect: store.dialect(),
                    shelves: Shelves::ALL,
                };
                let plan = explained(&mut tx, store.dialect(), question.sorted(Some(&needle))).await;
                let named = match store.dialect() {
                    Dialect::Sqlite => question.sorted(Some(&needle)).text,
                    Dialect::Postgres => plan.clone(),
                };
                for index in indexes {
                    assert!(named.contains(&format!(" {index} ")), "{filter:?} {sort}, {index}: {named}");
                }
                assert!(!["SCAN u\n", "SCAN u ", "Seq Scan"].iter().any(|whole| plan.contains(whole)), "{filter:?}: {plan}");
            }
            drop(tx);
            store.close().await;
        }
        std::fs::remove_dir_all(&dir).expect("removed");
    }

    #[tokio::test]
    async fn no_page_is_sorted_that_an_index_has_in_order() {
        let sorts = ["name", "-name", "email", "-email", "extension", "-extension", "last_login", "-last_login"];
        let needle = Needle::read("an").expect("something was typed");
        let (stores, dir) = stores("order").await;
        for store in &stores {
            for sort in sorts.map(|sort| Sort::parse(sort).expect("a sort")) {
                let text = matches!(sort.key, SortKey::Name | SortKey::Email);
                let key = if text { Key::Text("m".to_owned()) } else { Key::Number(5) };
                let cursor = Cursor { backward: false, sort, key, id: 7 };
                for cursor in [None, Some(&cursor)] {
                    let question = |filter| Question {
                        needle: Some(&needle),
                        filter,
                        sort,
                        cursor,
                        now: 0,
                        limit: 51,
                        dialect: store.dialect(),
                        shelves: Shelves::ALL,
                    };
                    for filter in [Filter::All, Filter::NoValidEmail, Filter::Disabled] {
                        for sql in [question(filter).in_order(), question(filter).walk(1000)] {
                            let plan = plan(store, sql).await;
                            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("Sort"), "{sort:?} {filter:?} {cursor:?}: {plan}");
                        }
                        // A page begins where its cursor says, not after all the pages before it.
                        let from_there = plan(store, question(filter).in_order()).await;
                        let searched = from_there.contains("SEARCH u") || from_there.contains("Index Cond");
                        assert!(cursor.is_none() || searched, "{sort:?} {filter:?}: {from_there}");
                        if store.dialect() == Dialect::Sqlite && sort.key != SortKey::Extension {
                            let walk = plan(store, question(filter).walk(1000)).await;
                            assert!(walk.contains("COVERING INDEX"), "{sort:?} {filter:?} {cursor:?}: {walk}");
                        }
                    }
                    if let Some(sql) = question(Filter::All).beginnings() {
                        let plan = plan(store, sql).await;
                        assert!(plan.contains("users_letters_of_"), "{sort:?} {cursor:?}: {plan}");
                    }
                }
            }
            store.close().await;
        }
        std::fs::remove_dir_all(&dir).expect("removed");
    }
}
