//! Which users are on a page, and how many there are in all: the ways to find them, and which of them is short.
//!
//! Without a search an index has the page in its order. Few that a search finds are looked up and sorted. Of many, those that come
//! first by name, address or extension stand on the first shelves ([`super::shelf`]); by last login, and among what a filter lets through,
//! they may be met soon on a walk. What is neither few nor on the way costs more, and is remembered ([`super::known`]).

use super::known::{Count, Known};
use super::look::Look;
use super::question::{Question, clause};
use super::search::Needle;
use super::shelf::{Shelves, Shelving};
use super::sql::Sql;
use super::tally::Tally;
use crate::store::{Conn, Dialect, Result, number};
use rekey_wire::users::{Filter, Sort, SortKey};

/// A table of so many users is counted to the end, whatever is asked.
const SMALL: i64 = 10_000;
/// Up to so many a search counts what it finds in a larger table. Nobody turns so many pages, and each costs PostgreSQL a row to be read.
const COUNTED: i64 = 500;
/// So many steps a walk goes where nobody knows how far it is.
const STEPS: i64 = 10_000;
/// So many steps show whether a search finds so many that a walk is all it takes: one in [`DENSE`].
const PEEK: i64 = 500;
const DENSE: i64 = 5;
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
        if let Some(needle) = self.needle.filter(|_| !count.is_exact && self.is_shelved()) {
            let met = self.walk(PEEK * self.steps_a_row() / STEPS_A_ROW).ids(conn).await?;
            return if self.is_full(&met) { Ok(met) } else { self.shelf_by_shelf(conn, needle, None).await };
        }
        let all = tally.of(self.filter).unwrap_or(tally.users);
        let far = self.limit.saturating_mul(all) / count.number.max(1);
        let steps = if count.is_exact { PATIENCE * far } else { far.min(STEPS * self.steps_a_row() / STEPS_A_ROW) };
        // A walk in vain costs no more than the sorting that must then be done.
        if !count.is_exact || steps < count.number.saturating_mul(self.steps_a_row()) {
            let ids = self.walk(steps).ids(conn).await?;
            if self.is_full(&ids) || steps >= all {
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
            (_, Some(needle)) if self.shelving() != Shelving::One && self.filter != Filter::ResetPending => {
                (format!("({}) AS f", self.listed(&mut sql, needle)), Vec::new())
            }
            _ => self.selected(&mut sql, by),
        };
        let limit = sql.number(most.saturating_add(1));
        sql.text = format!("SELECT count(*) FROM (SELECT 1 AS one FROM {from}{} LIMIT {limit}) AS found", clause(&wheres));
        let found = number(&sql.query().fetch_one(conn).await?)?;
        Ok(Count { number: found.min(most), is_exact: found <= most })
    }

    /// How many the search finds, and the first page where it is found by the way.
    async fn counted_anew(&self, conn: &mut Conn, needle: &Needle, tally: &Tally) -> Result<(Count, Option<Vec<i64>>)> {
        let (most, is_page) = (self.most(tally), self.cursor.is_none() && self.lasts());
        // PostgreSQL's index lists all that it suspects before the first is read: very many are met sooner by name.
        if self.dialect == Dialect::Postgres && self.letters().is_none() && most < SMALL {
            let by_name = Question { sort: Sort::default(), cursor: None, limit: most + 1, ..*self };
            if number_of(&by_name.walk(PEEK).ids(conn).await?) * DENSE >= PEEK {
                let mut met = by_name.walk(STEPS).ids(conn).await?;
                if by_name.is_full(&met) {
                    met.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
                    let page = Some(met).filter(|_| is_page && self.sort == by_name.sort);
                    return Ok((Count { number: most, is_exact: false }, page));
                }
            }
        }
        if is_page && self.letters().is_none() {
            // Few are found once, and not to be counted first and then to be sorted.
            let look = self.look(conn, needle, most).await?;
            let count = look.count;
            let page = match (look.cut, self.is_shelved()) {
                (None, _) => Some(look.ids),
                (Some(_), true) => Some(self.shelf_by_shelf(conn, needle, Some(look)).await?),
                (Some(_), false) => None,
            };
            return Ok((count, page));
        }
        Ok((self.counted(conn, Some(needle), most).await?, None))
    }

    fn is_full(&self, ids: &[i64]) -> bool {
        number_of(ids) >= self.limit
    }

    /// Whether those who come first stand on the first shelves.
    pub(super) fn is_shelved(&self) -> bool {
        self.sort.key == self.shelved_by()
            && self.filter != Filter::ResetPending
            && self.letters().is_none()
            && self.shelving() != Shelving::One
    }

    /// The page from the shelf of the cursor on, until it is full; `first` is a look at them all.
    async fn shelf_by_shelf(&self, conn: &mut Conn, needle: &Needle, first: Option<Look>) -> Result<Vec<i64>> {
        let (shelving, descends) = (self.shelving(), self.descends());
        let missing = |ids: &[i64]| self.limit - number_of(ids);
        let mut shelves = match self.cursor.map(|cursor| &cursor.key) {
            Some(key) => Shelves::from(shelving.of(key), descends),
            None => Shelves::ALL,
        };
        let (mut ids, mut first) = (Vec::new(), first);
        loop {
            let look = match first.take() {
                Some(look) => look,
                None => Question { shelves, limit: missing(&ids), ..*self }.look(conn, needle, COUNTED).await?,
            };
            ids.extend(look.ids);
            let Some((cut, seen)) = look.cut.filter(|_| missing(&ids) > 0) else { return Ok(ids) };
            // Where many stand together they are met soon, and sooner than they are looked up.
            let shelf = Question { shelves: Shelves::only(cut), limit: missing(&ids), ..*self };
            let mut met = shelf.walk(2 * seen * self.steps_a_row()).ids(conn).await?;
            if !shelf.is_full(&met) {
                met = shelf.sorted(Some(needle)).ids(conn).await?;
            }
            ids.extend(met);
            let Some(next) = shelving.next(cut, descends).filter(|_| missing(&ids) > 0) else { return Ok(ids) };
            shelves = Shelves::from(next, descends);
        }
    }
}

fn number_of(ids: &[i64]) -> i64 {
    i64::try_from(ids.len()).unwrap_or(i64::MAX)
}
