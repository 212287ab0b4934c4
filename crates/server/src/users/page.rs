//! Which users are on a page, and how many there are in all: the ways to find them, and which of them is short.
//!
//! Without a search an index has the page in its order. Few that a search finds are looked up and sorted; many are met
//! soon on a walk in the order that was asked for. What is neither few nor on the way costs more, and is remembered
//! ([`super::known`]).

use super::known::{Count, Known};
use super::question::{Question, clause, key};
use super::search::{self, Needle};
use super::sql::Sql;
use super::tally::Tally;
use crate::store::{Conn, Dialect, Result, number};
use rekey_wire::users::{Filter, Sort, SortKey};
use sqlx::Row;

/// A table of so many users is counted to the end, whatever is asked.
const SMALL: i64 = 10_000;
/// Up to so many a search counts what it finds in a larger table. Nobody turns so many pages, and each costs PostgreSQL a row to be read.
const COUNTED: i64 = 1000;
/// So many steps a walk goes where nobody knows how far it is.
const STEPS: i64 = 10_000;
/// How many times as far as one expects to go a walk goes before it is given up.
const PATIENCE: i64 = 4;
/// So many steps within an index cost as much as one row that is looked up to be sorted.
const STEPS_A_ROW: i64 = 4;

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
            return self.counted(conn, by, self.most(tally)).await;
        }
        let question = format!("{}\n{}", self.filter.as_str(), needle.text);
        if let Some(count) = known.count(tally.version, &question) {
            return Ok(count);
        }
        let (count, page) = self.counted_anew(conn, needle, tally).await?;
        known.set_count(tally.version, question, count);
        if let Some(page) = page {
            known.set_page(tally.version, self.name(), page);
        }
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
        let by = self.narrower(conn, tally, known).await?;
        self.sorted(by).ids(conn).await
    }

    /// What is looked for by its index: the search, or (`None`) the pending resets where they are fewer. How many they are, only the
    /// clock knows.
    async fn narrower(&self, conn: &mut Conn, tally: &Tally, known: &Known) -> Result<Option<&Needle>> {
        let Some(needle) = self.needle.filter(|_| self.filter == Filter::ResetPending) else { return Ok(self.needle) };
        let everybody = Question { filter: Filter::All, ..*self };
        let question = format!("{}\n{}", Filter::All.as_str(), needle.text);
        let found = match known.count(tally.version, &question) {
            Some(found) => found,
            None => everybody.counted(conn, Some(needle), everybody.most(tally)).await?,
        };
        known.set_count(tally.version, question, found);
        Ok(Some(needle).filter(|_| found.is_exact))
    }

    /// How far a search is counted. Where few are looked through, all that it finds is few.
    fn most(&self, tally: &Tally) -> i64 {
        if tally.of(self.filter).unwrap_or(tally.users) > SMALL { COUNTED } else { SMALL }
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
        let (from, wheres) = match (self.letters(), by) {
            (Some(letters), Some(_)) => (self.beginning(&mut sql, letters, most), Vec::new()),
            (_, Some(needle)) if self.dialect == Dialect::Sqlite && self.filter != Filter::ResetPending => {
                let pattern = sql.bind(needle.pattern(self.dialect));
                (search::alone(self.filter, &pattern), Vec::new())
            }
            _ => self.selected(&mut sql, by),
        };
        let limit = sql.number(most.saturating_add(1));
        sql.text = format!("SELECT count(*) FROM (SELECT 1 AS one FROM {from}{} LIMIT {limit}) AS found", clause(&wheres));
        // Planned anew for what it looks for: on PostgreSQL few and many are best found in different ways.
        let found = number(&sql.query(false).fetch_one(conn).await?)?;
        Ok(Count { number: found.min(most), is_exact: found <= most })
    }

    /// How many the search finds, and the first page where it is found by the way.
    async fn counted_anew(&self, conn: &mut Conn, needle: &Needle, tally: &Tally) -> Result<(Count, Option<Vec<i64>>)> {
        let (most, is_page) = (self.most(tally), self.cursor.is_none() && self.lasts());
        // PostgreSQL's index lists all that it suspects before the first is read: most of a filter's users are met sooner by name.
        if self.dialect == Dialect::Postgres && self.filter != Filter::All && self.letters().is_none() && most < SMALL {
            let by_name = Question { sort: Sort::default(), cursor: None, limit: most + 1, ..*self };
            if i64::try_from(by_name.walk(2 * most).ids(conn).await?.len()).is_ok_and(|found| found > most) {
                return Ok((Count { number: most, is_exact: false }, None));
            }
        }
        if is_page && self.letters().is_none() {
            // Few are found once, and not to be counted first and then to be sorted.
            let (count, ids) = self.counted_and_sorted(conn, needle, most).await?;
            return Ok((count, Some(ids).filter(|_| count.is_exact)));
        }
        Ok((self.counted(conn, Some(needle), most).await?, None))
    }

    /// Counts up to `most`, and the page where there are no more, in one pass.
    async fn counted_and_sorted(&self, conn: &mut Conn, needle: &Needle, most: i64) -> Result<(Count, Vec<i64>)> {
        let mut sql = Sql::default();
        let (key, way) = (key(self.sort), self.way());
        let (found, sorted, list) = match self.dialect {
            // Its index knows, and a user is read only to be sorted.
            Dialect::Sqlite => {
                let by = self.key_index().map(|by| format!(" INDEXED BY {by}")).unwrap_or_default();
                let alone = search::alone(self.filter, &sql.bind(needle.pattern(self.dialect)));
                let sorted = format!("SELECT u.id AS id, {key} AS k FROM found CROSS JOIN users u{by} ON u.id = found.id");
                (format!("SELECT id FROM {alone}"), sorted, "json_group_array(id)")
            }
            // Its index only suspects, and each row is read to know.
            Dialect::Postgres => {
                let (from, wheres) = self.selected(&mut sql, Some(needle));
                let found = format!("SELECT u.id AS id, {key} AS k FROM {from}{}", clause(&wheres));
                (found, "SELECT id, k FROM found".to_owned(), "json_agg(id)::text")
            }
        };
        let (over, few, limit) = (sql.number(most.saturating_add(1)), sql.number(most), sql.number(self.limit));
        sql.text = format!(
            "WITH found AS MATERIALIZED ({found} LIMIT {over}), counted AS MATERIALIZED (SELECT count(*) AS number FROM found) \
             SELECT number, (SELECT {list} FROM (SELECT id FROM ({sorted}) AS few WHERE number <= {few} \
             ORDER BY k {way}, id {way} LIMIT {limit}) AS page) FROM counted"
        );
        let row = sql.query(false).fetch_one(conn).await?;
        let found: i64 = row.try_get(0)?;
        let list: Option<String> = row.try_get(1)?;
        let ids = list.map_or(Ok(Vec::new()), |list| serde_json::from_str(&list).map_err(|error| sqlx::Error::Decode(error.into())))?;
        Ok((Count { number: found.min(most), is_exact: found <= most }, ids))
    }
}
