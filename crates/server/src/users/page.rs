//! Which users are on a page, and how many there are in all: the ways to find them, and which of them is short.
//!
//! Without a search an index has the page in its order. Few that a search finds are looked up and sorted; many are met
//! soon on a walk in the order that was asked for. What is neither few nor on the way costs more, and is remembered
//! ([`super::known`]).

use super::cursor::{Cursor, Key};
use super::known::{Count, Known};
use super::search::{self, Needle};
use super::sql::Sql;
use super::tally::Tally;
use crate::clock::whole_second;
use crate::store::{Conn, Dialect, Result, number};
use rekey_wire::users::{Filter, Sort, SortKey};
use sqlx::Row;

/// A table of so many users is counted to the end, whatever is asked.
const SMALL: i64 = 10_000;
/// Up to so many a search counts what it finds in a larger table. Nobody turns so many pages, and each costs PostgreSQL a row to be read.
const COUNTED: i64 = 1000;
/// So many steps a walk goes, or a count, where nobody knows how far it is.
const STEPS: i64 = 10_000;
/// The most users on a page, and one more. A count that met fewer went through too little to say anything.
const PAGE: i64 = 101;
/// How many times as far as one expects to go a walk goes before it is given up.
const PATIENCE: i64 = 4;
/// So many steps within an index cost as much as one row that is looked up to be sorted.
const STEPS_A_ROW: i64 = 4;

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
}

impl Question<'_> {
    /// How many users search and filter let through.
    pub(super) async fn count(&self, conn: &mut Conn, tally: &Tally, known: &Known) -> Result<Count> {
        let exactly = |number| Count { number, is_exact: true };
        let Some(needle) = self.needle else {
            return Ok(exactly(match tally.of(self.filter) {
                Some(number) => number,
                None => self.counted(conn, None, i64::MAX).await?.number,
            }));
        };
        if self.filter == Filter::ResetPending {
            let by = self.narrower(conn, tally, known).await?;
            return self.counted(conn, by, most(tally)).await;
        }
        let question = format!("{}\n{}", self.filter.as_str(), needle.text);
        if let Some(count) = known.count(tally.version, &question) {
            return Ok(count);
        }
        let count = match self.counted_first(conn, tally).await? {
            Some(count) => count,
            None => self.counted_by_index(conn, tally, known).await?,
        };
        known.set_count(tally.version, question, count);
        Ok(count)
    }

    /// Which users, in the order in which they are read.
    pub(super) async fn ids(&self, conn: &mut Conn, tally: &Tally, count: Count, known: &Known) -> Result<Vec<i64>> {
        if let Some(ids) = known.page(tally.version, &self.name()).filter(|_| self.lasts()) {
            return Ok(ids);
        }
        let ids = self.find(conn, tally, count, known).await?;
        if self.lasts() {
            known.set_page(tally.version, self.name(), ids.clone());
        }
        Ok(ids)
    }

    /// Whether the answer holds until a user comes or changes: logins move rows, and time ends resets, without the tally.
    fn lasts(&self) -> bool {
        self.needle.is_some() && self.filter != Filter::ResetPending && self.sort.key != SortKey::LastLogin
    }

    /// The question, as what is known of it is kept by.
    fn name(&self) -> String {
        format!("{:?}", Question { now: 0, ..*self })
    }

    async fn find(&self, conn: &mut Conn, tally: &Tally, count: Count, known: &Known) -> Result<Vec<i64>> {
        if self.needle.is_none() && self.filter != Filter::ResetPending {
            return self.in_order().ids(conn).await;
        }
        if let Some(beginnings) = self.beginnings() {
            return beginnings.ids(conn).await;
        }
        let all = tally.of(self.filter).unwrap_or(tally.users);
        let steps = if count.is_exact {
            PATIENCE * self.limit.saturating_mul(all) / count.number.max(1)
        } else {
            STEPS * self.steps_a_row() / STEPS_A_ROW
        };
        // A walk in vain costs no more than the sorting that must then be done.
        if !count.is_exact || steps < count.number.saturating_mul(self.steps_a_row()) {
            let ids = self.walk(steps).ids(conn).await?;
            if i64::try_from(ids.len()) == Ok(self.limit) || steps >= all {
                return Ok(ids);
            }
        }
        match (self.narrower(conn, tally, known).await?, self.filter) {
            (None, Filter::NoValidEmail | Filter::Disabled) => self.walk(all).ids(conn).await,
            (by, _) => self.sorted(by).ids(conn).await,
        }
    }

    /// What selects fewer: the search, or (`None`) the filter.
    async fn narrower(&self, conn: &mut Conn, tally: &Tally, known: &Known) -> Result<Option<&Needle>> {
        if self.filter == Filter::All || self.needle.is_none() {
            return Ok(self.needle);
        }
        if tally.of(self.filter).is_some_and(|all| all <= STEPS) {
            return Ok(None);
        }
        let (Some(needle), everybody) = (self.needle, Question { filter: Filter::All, ..*self }) else { return Ok(None) };
        let question = format!("{}\n{}", Filter::All.as_str(), needle.text);
        let found = match known.count(tally.version, &question) {
            Some(found) => found,
            None => everybody.counted(conn, Some(needle), most(tally)).await?,
        };
        known.set_count(tally.version, question, found);
        let fewer = tally.of(self.filter).is_none_or(|all| found.number.saturating_mul(STEPS_A_ROW) < all);
        Ok(Some(needle).filter(|_| found.is_exact && fewer))
    }

    /// How many steps of a walk cost as much as one row: the indexes hold what is searched, but for the one by extension.
    const fn steps_a_row(&self) -> i64 {
        match self.sort.key {
            SortKey::Name | SortKey::Email | SortKey::LastLogin => STEPS_A_ROW,
            SortKey::Extension => 1,
        }
    }

    /// Counts up to `most`, by the index of the search or of the filter.
    async fn counted(&self, conn: &mut Conn, by: Option<&Needle>, most: i64) -> Result<Count> {
        let mut sql = Sql::default();
        let (from, wheres) = match by {
            Some(Needle { letters: Some(letters), .. }) if self.begins() => (beginning(&mut sql, letters, most), Vec::new()),
            Some(needle) if self.filter == Filter::All => {
                let pattern = sql.bind(needle.pattern(self.dialect));
                search::alone(self.dialect, &pattern)
            }
            _ => self.selected(&mut sql, by),
        };
        let limit = sql.number(most.saturating_add(1));
        sql.text = format!("SELECT count(*) FROM (SELECT 1 AS one FROM {from}{} LIMIT {limit}) AS found", clause(&wheres));
        // Planned anew for what it looks for: on PostgreSQL few and many are best found in different ways.
        let found = number(&sql.query(false).fetch_one(conn).await?)?;
        Ok(Count { number: found.min(most), is_exact: found <= most })
    }

    /// Counts what the search finds among the first [`STEPS`] users of the filter, by name, and so not exactly; `None` where the
    /// filter lets no more through, or those hold next to none.
    async fn counted_first(&self, conn: &mut Conn, tally: &Tally) -> Result<Option<Count>> {
        if self.filter == Filter::All || tally.of(self.filter).is_none_or(|all| all <= STEPS) {
            return Ok(None);
        }
        let by_name = Question { sort: Sort::default(), cursor: None, limit: most(tally), ..*self };
        let number = i64::try_from(by_name.walk(STEPS).ids(conn).await?.len()).unwrap_or(COUNTED);
        Ok((number >= PAGE).then_some(Count { number, is_exact: false }))
    }

    /// Counts by what selects fewer, and has the page by the way where it can.
    async fn counted_by_index(&self, conn: &mut Conn, tally: &Tally, known: &Known) -> Result<Count> {
        let most = most(tally);
        let is_page = self.cursor.is_none() && self.lasts();
        let (count, page) = match self.narrower(conn, tally, known).await? {
            None => {
                // All that the filter lets through, and the page first.
                let sort = if is_page { self.sort } else { Sort::default() };
                let walk = Question { sort, cursor: None, limit: most + 1, ..*self }.walk(tally.of(self.filter).unwrap_or(i64::MAX));
                let ids = walk.ids(conn).await?;
                let found = i64::try_from(ids.len()).unwrap_or(i64::MAX);
                let page = ids.into_iter().take(usize::try_from(self.limit).unwrap_or(usize::MAX)).collect();
                (Count { number: found.min(most), is_exact: found <= most }, Some(page))
            }
            // PostgreSQL's index only suspects, and each row has to be read to know.
            by if is_page && self.dialect == Dialect::Postgres && !self.begins() => {
                let (count, ids) = self.counted_and_sorted(conn, by, most).await?;
                (count, count.is_exact.then_some(ids))
            }
            by => (self.counted(conn, by, most).await?, None),
        };
        if let Some(page) = page.filter(|_| is_page) {
            known.set_page(tally.version, self.name(), page);
        }
        Ok(count)
    }

    /// Whether PostgreSQL counts by the indexes of names and addresses; that of the search only suspects, whatever has a word that
    /// begins so.
    fn begins(&self) -> bool {
        let letters = self.needle.is_some_and(|needle| needle.letters.is_some());
        self.dialect == Dialect::Postgres && self.filter == Filter::All && letters
    }

    /// Counts up to `most`, and the page where there are no more, in one pass.
    async fn counted_and_sorted(&self, conn: &mut Conn, by: Option<&Needle>, most: i64) -> Result<(Count, Vec<i64>)> {
        let mut sql = Sql::default();
        let (from, wheres) = self.selected(&mut sql, by);
        let (key, way) = (key(self.sort), self.way());
        let (over, limit) = (sql.number(most.saturating_add(1)), sql.number(self.limit));
        sql.text = format!(
            "WITH found AS MATERIALIZED (SELECT u.id AS id, {key} AS k FROM {from}{} LIMIT {over}) \
             SELECT id, (SELECT count(*) FROM found) FROM found ORDER BY k {way}, id {way} LIMIT {limit}",
            clause(&wheres)
        );
        let rows = sql.query(false).fetch_all(conn).await?;
        let found: i64 = rows.first().map_or(Ok(0), |row| row.try_get(1))?;
        let ids = rows.iter().map(|row| row.try_get(0)).collect::<Result<_>>()?;
        Ok((Count { number: found.min(most), is_exact: found <= most }, ids))
    }

    /// The page as an index has it.
    fn in_order(&self) -> Sql {
        let mut sql = Sql::default();
        let wheres: Vec<String> = self.filtered(&mut sql).into_iter().chain(self.beyond(&mut sql)).collect();
        let (order, limit) = (self.order(), sql.number(self.limit));
        sql.text = format!("SELECT u.id FROM {}{} ORDER BY {order} LIMIT {limit}", self.ordered(), clause(&wheres));
        sql
    }

    /// Goes so many steps in the order asked for and takes what fits; both databases pass on the order of a subquery.
    fn walk(&self, steps: i64) -> Sql {
        let mut sql = Sql::default();
        let pending = self.filter == Filter::ResetPending;
        let filtered = if pending { None } else { self.filtered(&mut sql) };
        let wheres: Vec<String> = filtered.into_iter().chain(self.beyond(&mut sql)).collect();
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
    fn sorted(&self, by: Option<&Needle>) -> Sql {
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
    fn beginnings(&self) -> Option<Sql> {
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

    /// The table and the conditions that use the index of the search, or (`None`) of the filter.
    fn selected(&self, sql: &mut Sql, by: Option<&Needle>) -> (String, Vec<String>) {
        let Some(needle) = by else {
            let held = self.needle.map(|needle| search::holds(self.dialect, &sql.bind(needle.text.clone())));
            return (self.table().to_owned(), self.filtered(sql).into_iter().chain(held).collect());
        };
        let pattern = sql.bind(needle.pattern(self.dialect));
        // A plus keeps the filter's own index out of it.
        let filtered = self.filtered(sql).map(|filter| filter.replace("u.pending_until", "+u.pending_until"));
        // Where the sort key is all that is read of a user, a smaller index has it.
        let by = match (self.filter, self.sort.key) {
            (Filter::All, SortKey::Name) => Some("users_name_of"),
            (Filter::All, SortKey::Email) => Some("users_email_of"),
            _ => None,
        };
        (search::from(self.dialect, &pattern, by), search::found(self.dialect, &pattern).into_iter().chain(filtered).collect())
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

    /// The table, read by the index of the filter: without statistics SQLite does not see that it is the shortest.
    const fn table(&self) -> &'static str {
        match (self.dialect, self.filter) {
            (Dialect::Postgres, _) | (_, Filter::All) => "users u",
            (Dialect::Sqlite, Filter::NoValidEmail) => "users u INDEXED BY users_unreachable_by_name",
            (Dialect::Sqlite, Filter::ResetPending) => "users u INDEXED BY users_pending",
            (Dialect::Sqlite, Filter::Disabled) => "users u INDEXED BY users_disabled_by_name",
        }
    }

    fn filtered(&self, sql: &mut Sql) -> Option<String> {
        match self.filter {
            Filter::All => None,
            // As the indexes spell them.
            Filter::NoValidEmail => Some("u.address IS NULL".to_owned()),
            Filter::Disabled => Some("u.status = 'disabled'".to_owned()),
            Filter::ResetPending => Some(format!("u.pending_until >= {}", sql.number(whole_second(self.now)))),
        }
    }

    /// What lies after the cursor.
    fn beyond(&self, sql: &mut Sql) -> Option<String> {
        let cursor = self.cursor?;
        let at = match &cursor.key {
            Key::Text(text) => sql.bind(text.clone()),
            Key::Number(number) => sql.number(*number),
        };
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
    fn descends(&self) -> bool {
        self.sort.descending != self.cursor.is_some_and(|cursor| cursor.backward)
    }

    fn way(&self) -> &'static str {
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

/// How far a search is counted. Where the whole table is few, so is all that it finds.
const fn most(tally: &Tally) -> i64 {
    if tally.users > SMALL { COUNTED } else { SMALL }
}

/// Whose name or address begins with these letters, as a table; each looked for until there are more than `most`.
fn beginning(sql: &mut Sql, letters: &str, most: i64) -> String {
    let (from, to) = (sql.bind(letters.to_owned()), sql.bind(format!("{letters}{}", char::MAX)));
    let limit = sql.number(most.saturating_add(1));
    let [by_name, by_email] = ["name_sort", "email_sort"]
        .map(|key| format!("SELECT * FROM (SELECT id FROM users WHERE {key} >= {from} AND {key} < {to} LIMIT {limit}) AS part"));
    format!("({by_name} UNION {by_email}) AS either")
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

fn clause(wheres: &[String]) -> String {
    if wheres.is_empty() { String::new() } else { format!(" WHERE {}", wheres.join(" AND ")) }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Key, Needle, Question, Sql};
    use crate::store::{Dialect, Location, Store};
    use rekey_wire::users::{Filter, Sort, SortKey};
    use sqlx::{AssertSqlSafe, Connection, Row};

    /// How the database would go about it.
    async fn plan(store: &Store, sql: Sql) -> String {
        let mut tx = store.begin().await.expect("begins");
        let (explain, detail) = match store.dialect() {
            Dialect::Sqlite => ("EXPLAIN QUERY PLAN", 3),
            Dialect::Postgres => ("EXPLAIN", 0),
        };
        if store.dialect() == Dialect::Postgres {
            // An empty table would be read from end to end.
            sqlx::raw_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
                .execute(&mut *tx)
                .await
                .expect("is set");
        }
        let mut sql = sql;
        sql.text = format!("{explain} {}", sql.text);
        let rows = sql.query(false).fetch_all(&mut *tx).await.expect("is explained");
        rows.iter().map(|row| row.get::<String, _>(detail) + "\n").collect()
    }

    async fn stores() -> (Vec<Store>, std::path::PathBuf) {
        let dir = std::env::temp_dir().join(format!("rekey-page-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a directory");
        let mut stores = vec![Store::open(&Location::Sqlite(dir.join("rekey.db"))).await.expect("SQLite opens")];
        if let Ok(url) = std::env::var("REKEY_TEST_POSTGRES_URL") {
            let name = format!("rekey_page_{}", std::process::id());
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
    async fn no_page_is_sorted_that_an_index_has_in_order() {
        let sorts = ["name", "-name", "email", "-email", "extension", "-extension", "last_login", "-last_login"];
        let needle = Needle::read("an").expect("something was typed");
        let (stores, dir) = stores().await;
        for store in &stores {
            for sort in sorts.map(|sort| Sort::parse(sort).expect("a sort")) {
                let text = matches!(sort.key, SortKey::Name | SortKey::Email);
                let key = if text { Key::Text("m".to_owned()) } else { Key::Number(5) };
                let cursor = Cursor { backward: false, sort, key, id: 7 };
                for cursor in [None, Some(&cursor)] {
                    let question =
                        |filter| Question { needle: Some(&needle), filter, sort, cursor, now: 0, limit: 51, dialect: store.dialect() };
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
