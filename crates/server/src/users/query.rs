//! Queries of the users table: how many users a search and a filter let through, and which of them are on a page.
//!
//! Two ways lead to a page. A scan reads the index of the sort order from the cursor on, at most [`SCANNED`] rows, and keeps what fits: common
//! terms and filters fill a page there. Otherwise, a lookup finds all that fits by the index of the filter or of the search, and sorts it.

use super::cursor::{Cursor, Key};
use super::row::{COLUMNS, FROM, UserRow};
use super::search::SearchTerm;
use super::sql::Sql;
use crate::clock::whole_second;
use crate::store::{Conn, Dialect, Result, number};
use rekey_wire::users::{Filter, Sort, SortKey};
use sqlx::{FromRow, Row};

/// Without a search, so many are counted.
const COUNTED_WITHOUT_SEARCH: i64 = 100_000;
/// Among so many users a search counts all that it finds.
const SMALL: i64 = 10_000;
/// Among more, it counts up to so many.
const COUNTED: i64 = 500;
/// Rows of the sort order that a scan reads at most.
const SCANNED: i64 = 10_000;

/// Which page of which users.
pub(super) struct UsersQuery<'a> {
    pub(super) search: Option<&'a SearchTerm>,
    pub(super) filter: Filter,
    pub(super) sort: Sort,
    pub(super) cursor: Option<&'a Cursor>,
    /// Unix milliseconds.
    pub(super) now: i64,
    /// Rows wanted at most.
    pub(super) limit: i64,
    pub(super) dialect: Dialect,
}

/// How many users search and filter let through.
#[derive(Clone, Debug)]
pub(super) struct Total {
    /// The number; where it is not exact, there are more.
    pub(super) number: i64,
    pub(super) is_exact: bool,
    /// Their ids, if counting them found these.
    ids: Option<Vec<i64>>,
}

/// A part of the sort order, to be read in one go.
struct Part<'a> {
    condition: Option<String>,
    /// Whether all users in it have the same sort key.
    is_one_key: bool,
    /// Where to begin.
    after: Option<&'a Cursor>,
}

/// The column of a sort key, and what it holds (in SQL) for users who have no value.
const fn column(key: SortKey) -> (&'static str, Option<&'static str>) {
    match key {
        SortKey::Name => ("name_sort", None),
        SortKey::Email => ("email_sort", Some("''")),
        SortKey::Extension => ("extension", None),
        SortKey::LastLogin => ("last_login_at", Some("0")),
    }
}

fn clause(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
}

impl UsersQuery<'_> {
    /// The condition of the filter, as its partial index has it.
    fn filtered(&self, sql: &mut Sql) -> Option<String> {
        match self.filter {
            Filter::All => None,
            Filter::NoValidEmail => Some("u.address IS NULL".to_owned()),
            Filter::ResetPending => Some(format!("u.pending_until >= {}", sql.number(whole_second(self.now)))),
            Filter::Disabled => Some("u.status = 'disabled'".to_owned()),
        }
    }

    /// Search and filter, with the table they are asked of. The index of the filter is used where there is one, else that of the search.
    fn found(&self, sql: &mut Sql) -> (&'static str, Vec<String>) {
        match (self.filtered(sql), self.search) {
            (None, Some(term)) => {
                let (from, condition) = term.indexed(self.dialect, sql);
                (from, vec![condition])
            }
            (filter, term) => {
                let contained = term.map(|term| term.contained(self.dialect, sql));
                ("users AS u", filter.into_iter().chain(contained).collect())
            }
        }
    }

    /// Counts the users that search and filter let through.
    pub(super) async fn total(&self, conn: &mut Conn) -> Result<Total> {
        let exactly = |number| Total { number, is_exact: true, ids: None };
        let Some(term) = self.search else {
            let mut sql = Sql::default();
            let wheres = clause(&self.filtered(&mut sql).into_iter().collect::<Vec<_>>());
            // The smallest index that has all users; a filter has an index of its own.
            let order = if wheres.is_empty() { " ORDER BY u.extension" } else { "" };
            let count =
                format!("SELECT count(*) FROM (SELECT 1 AS one FROM users AS u{wheres}{order} LIMIT {}) AS u", COUNTED_WITHOUT_SEARCH + 1);
            let users = number(&sql.query(count).fetch_one(conn).await?)?;
            let is_exact = users <= COUNTED_WITHOUT_SEARCH;
            return Ok(Total { number: users.min(COUNTED_WITHOUT_SEARCH), is_exact, ids: None });
        };
        // Any of the users show whether there are few in all, and whether the term is a common one.
        let mut sql = Sql::default();
        let contained = term.contained(self.dialect, &mut sql);
        let wheres = clause(&self.filtered(&mut sql).into_iter().collect::<Vec<_>>());
        let sample = format!(
            "SELECT count(*), count(CASE WHEN {contained} THEN 1 END) FROM (SELECT u.search FROM users AS u{wheres} LIMIT {}) AS u",
            SMALL + 1
        );
        let (users, found) = <(i64, i64)>::from_row(&sql.query(sample).fetch_one(&mut *conn).await?)?;
        if users <= SMALL {
            return Ok(exactly(found));
        }
        let over = Total { number: COUNTED, is_exact: false, ids: None };
        if found > COUNTED {
            return Ok(over);
        }
        let mut sql = Sql::default();
        let (from, conditions) = self.found(&mut sql);
        let found = format!("SELECT u.id FROM {from}{} LIMIT {}", clause(&conditions), COUNTED + 1);
        let ids = sql.query(found).fetch_all(conn).await?.iter().map(number).collect::<Result<Vec<i64>>>()?;
        let number = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        Ok(if number > COUNTED { over } else { Total { ids: Some(ids), ..exactly(number) } })
    }

    /// The rows of the page, in the order in which they are read: backward where the cursor says so.
    pub(super) async fn page(&self, total: &Total, conn: &mut Conn) -> Result<Vec<UserRow>> {
        let is_everybody = self.search.is_none() && self.filtered(&mut Sql::default()).is_none();
        let are_few = total.is_exact && total.number <= COUNTED;
        let mut rows = Vec::new();
        for part in self.parts() {
            let missing = self.limit - i64::try_from(rows.len()).unwrap_or(self.limit);
            let found = if is_everybody {
                self.scan(&part, None, missing, &mut *conn).await?
            } else if are_few {
                self.lookup(&part, total.ids.as_deref(), missing, &mut *conn).await?
            } else {
                self.scan_or_lookup(&part, missing, &mut *conn).await?
            };
            rows.extend(found);
            if i64::try_from(rows.len()).is_ok_and(|found| found >= self.limit) {
                break;
            }
        }
        Ok(rows)
    }

    /// The parts of the sort order from the cursor on. Users without a value come last in both directions; their index has them first, so that
    /// they are a part of their own in ascending order.
    fn parts(&self) -> Vec<Part<'_>> {
        let (column, missing) = column(self.sort.key);
        let Some(missing) = missing.filter(|_| !self.sort.descending) else {
            return vec![Part { condition: None, is_one_key: false, after: self.cursor }];
        };
        let valued = Part { condition: Some(format!("u.{column} > {missing}")), is_one_key: false, after: None };
        let valueless = Part { condition: Some(format!("u.{column} = {missing}")), is_one_key: true, after: None };
        match self.cursor {
            None => vec![valued, valueless],
            Some(cursor) => match (cursor.key.is_missing(), cursor.backward) {
                (false, false) => vec![Part { after: self.cursor, ..valued }, valueless],
                (true, true) => vec![Part { after: self.cursor, ..valueless }, valued],
                (true, false) => vec![Part { after: self.cursor, ..valueless }],
                (false, true) => vec![Part { after: self.cursor, ..valued }],
            },
        }
    }

    async fn scan_or_lookup(&self, part: &Part<'_>, limit: i64, conn: &mut Conn) -> Result<Vec<UserRow>> {
        let mut sql = Sql::default();
        let end = self.scan_end(part, &mut sql);
        let end = sql.query(end).fetch_optional(&mut *conn).await?;
        let end = end.map(|row| Ok::<_, sqlx::Error>((Key::read(&row, self.sort.key)?, row.try_get(1)?))).transpose()?;
        let rows = self.scan(part, end.as_ref(), limit, &mut *conn).await?;
        let is_full = i64::try_from(rows.len()).is_ok_and(|found| found >= limit);
        if is_full || end.is_none() { Ok(rows) } else { self.lookup(part, None, limit, conn).await }
    }

    async fn scan(&self, part: &Part<'_>, end: Option<&(Key, i64)>, limit: i64, conn: &mut Conn) -> Result<Vec<UserRow>> {
        let mut sql = Sql::default();
        let ids = self.scanned(part, end, limit, &mut sql);
        self.rows(&ids, sql, conn).await
    }

    /// `found` are the ids of all matches, if they are known.
    async fn lookup(&self, part: &Part<'_>, found: Option<&[i64]>, limit: i64, conn: &mut Conn) -> Result<Vec<UserRow>> {
        let mut sql = Sql::default();
        let ids = self.looked_up(part, found, limit, &mut sql);
        self.rows(&ids, sql, conn).await
    }

    /// Where a scan must end: no row if it reaches the end of the part before.
    fn scan_end(&self, part: &Part<'_>, sql: &mut Sql) -> String {
        let wheres = clause(&self.after_cursor(part, sql));
        let (column, _) = column(self.sort.key);
        format!("SELECT u.{column}, u.id FROM users AS u{wheres} {} LIMIT 1 OFFSET {SCANNED}", self.order())
    }

    /// The ids of what fits in the sort order up to `end`, exclusively.
    fn scanned(&self, part: &Part<'_>, end: Option<&(Key, i64)>, limit: i64, sql: &mut Sql) -> String {
        let mut conditions = self.after_cursor(part, sql);
        if let Some((key, id)) = end {
            conditions.push(self.beside(part, if self.descends() { ">" } else { "<" }, key, *id, sql));
        }
        conditions.extend(self.search.map(|term| term.contained(self.dialect, sql)));
        conditions.extend(self.filtered(sql));
        let limit = sql.number(limit);
        format!("SELECT u.id FROM users AS u{} {} LIMIT {limit}", clause(&conditions), self.order())
    }

    /// Selects the ids of the matches in the index of the filter or of the search, sorted. Materialized without the cursor, so that the planner
    /// does not choose the index of the sort order instead: no statistics tell it how many rows of that it would have to read.
    fn looked_up(&self, part: &Part<'_>, found: Option<&[i64]>, limit: i64, sql: &mut Sql) -> String {
        let (from, conditions) = match found {
            None => self.found(sql),
            Some([]) => ("users AS u", vec!["1 = 0".to_owned()]),
            Some(ids) => ("users AS u", vec![format!("u.id IN ({})", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))]),
        };
        let after_cursor = self.after_cursor(part, sql);
        let limit = sql.number(limit);
        let (column, _) = column(self.sort.key);
        format!(
            "WITH u AS MATERIALIZED (SELECT u.id, u.{column} FROM {from}{}) SELECT u.id FROM u{} {} LIMIT {limit}",
            clause(&conditions),
            clause(&after_cursor),
            self.order()
        )
    }

    async fn rows(&self, ids: &str, sql: Sql, conn: &mut Conn) -> Result<Vec<UserRow>> {
        let statement = format!("SELECT {COLUMNS} FROM {FROM} WHERE u.id IN ({ids}) {}", self.order());
        sql.query(statement).fetch_all(conn).await?.iter().map(UserRow::from_row).collect()
    }

    fn after_cursor(&self, part: &Part<'_>, sql: &mut Sql) -> Vec<String> {
        let sign = if self.descends() { "<" } else { ">" };
        let beyond = part.after.map(|cursor| self.beside(part, sign, &cursor.key, cursor.id, sql));
        part.condition.iter().cloned().chain(beyond).collect()
    }

    /// Compares a row's place in the sort order.
    fn beside(&self, part: &Part<'_>, sign: &str, key: &Key, id: i64, sql: &mut Sql) -> String {
        if part.is_one_key {
            return format!("u.id {sign} {}", sql.number(id));
        }
        let (column, _) = column(self.sort.key);
        format!("(u.{column}, u.id) {sign} ({}, {})", sql.key(key), sql.number(id))
    }

    /// Going back reads the order the other way round.
    fn descends(&self) -> bool {
        self.sort.descending != self.cursor.is_some_and(|cursor| cursor.backward)
    }

    fn order(&self) -> String {
        let (column, _) = column(self.sort.key);
        let direction = if self.descends() { "DESC" } else { "ASC" };
        format!("ORDER BY u.{column} {direction}, u.id {direction}")
    }
}

#[cfg(test)]
mod tests;
