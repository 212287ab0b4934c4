//! One look through the index of the search: it counts, and puts in order what stands on the first shelves.

use super::known::Count;
use super::question::{Question, clause, key};
use super::search::Needle;
use super::shelf::{ADDRESSES, EXTENSIONS, ID_BITS, NAMES, Shelves, Shelving};
use super::sql::Sql;
use crate::store::{Conn, Dialect, Result};
use rekey_wire::users::{Filter, SortKey};
use sqlx::Row;

/// Where more than so many times as many as are wanted stand on one shelf, SQLite meets them on a walk sooner than it looks them up.
const CROWD: i64 = 4;

/// What it finds.
pub(super) struct Look {
    pub(super) count: Count,
    /// The shelf from which on not all are in `ids`, and how many were seen on it; `None` where all are, or a page of them.
    pub(super) cut: Option<(i64, i64)>,
    /// In order.
    pub(super) ids: Vec<i64>,
}

impl Question<'_> {
    /// Counts up to `most`. In the order of the shelves it finds what stands on those before it has counted so many; in another order it
    /// finds a page where there are no more.
    pub(super) async fn look(&self, conn: &mut Conn, needle: &Needle, most: i64) -> Result<Look> {
        let sql = match self.dialect {
            Dialect::Sqlite => self.looked_up(needle, most),
            // The users of a filter are read so fast that more are put in order than counted.
            Dialect::Postgres => self.read_through(needle, if self.shelving() == Shelving::One { 2 * most } else { most }),
        };
        let row = sql.query().fetch_one(conn).await?;
        let (found, cut, seen): (i64, Option<i64>, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let list: Option<String> = row.try_get(3)?;
        let ids = list.map_or(Ok(Vec::new()), |list| serde_json::from_str(&list).map_err(|error| sqlx::Error::Decode(error.into())))?;
        Ok(Look { count: Count { number: found.min(most), is_exact: found <= most }, cut: cut.map(|cut| (cut, seen)), ids })
    }

    /// SQLite's index knows who is found, in the order of shelves, and a user is read only to be put in order: none on the shelves after the one
    /// on which the page is full.
    fn looked_up(&self, needle: &Needle, most: i64) -> Sql {
        let mut sql = Sql::default();
        let (key, way, descends) = (key(self.sort), self.way(), self.descends());
        let listed = self.listed(&mut sql, needle);
        let beyond: Vec<String> = self.beyond(&mut sql).into_iter().collect();
        let sorted =
            format!("SELECT u.id AS id, {key} AS k, f.shelf AS shelf FROM found f CROSS JOIN {}{}", self.each_user(), clause(&beyond));
        let (few, over, limit) = (sql.number(most), sql.number(most.saturating_add(1)), sql.number(self.limit));
        let (order, last, before) = if descends { ("DESC", "min", ">") } else { ("ASC", "max", "<") };
        // How many of the first shelf lie before a cursor is not known.
        let (order, whole, enough) = match (self.is_shelved(), self.cursor) {
            (true, None) => (order, format!("shelf {before} cut"), format!("(SELECT shelf FROM found LIMIT 1 OFFSET {limit} - 1)")),
            (true, Some(_)) => (order, format!("shelf {before} cut"), "NULL".to_owned()),
            (false, _) => ("ASC", "false".to_owned(), "NULL".to_owned()),
        };
        let crowd = sql.number(CROWD * self.limit);
        sql.text = format!(
            "WITH found AS MATERIALIZED ({listed} ORDER BY rowid {order} LIMIT {over}), \
             counted AS MATERIALIZED (SELECT count(*) AS number, {last}(shelf) AS last, {enough} AS enough FROM found), \
             looked AS MATERIALIZED (SELECT number, enough, CASE WHEN number > {few} AND coalesce(enough, last) = last THEN last \
             WHEN (SELECT count(*) FROM found WHERE shelf = enough) > {crowd} THEN enough END AS cut FROM counted) \
             SELECT number, cut, (SELECT count(*) FROM found WHERE shelf = cut), \
             (SELECT json_group_array(id) FROM (SELECT id FROM ({sorted}) AS few WHERE (cut IS NULL OR {whole}) AND \
             (enough IS NULL OR NOT enough {before} shelf) ORDER BY k {way}, id {way} LIMIT {limit}) AS page) FROM looked"
        );
        sql
    }

    /// PostgreSQL's index only suspects: each row is read to know, and then the key is at hand.
    fn read_through(&self, needle: &Needle, few: i64) -> Sql {
        let mut sql = Sql::default();
        let (key, way) = (key(self.sort), self.way());
        let (from, mut wheres) = self.selected(&mut sql, Some(needle));
        wheres.extend(self.beyond(&mut sql));
        let (few, over, limit) = (sql.number(few), sql.number(few.saturating_add(1)), sql.number(self.limit));
        let (last, before) = if self.descends() { ("min", ">") } else { ("max", "<") };
        let whole = if self.is_shelved() { format!("shelf {before} cut") } else { "false".to_owned() };
        sql.text = format!(
            "WITH found AS MATERIALIZED (SELECT u.id AS id, {key} AS k, u.shelf AS shelf FROM {from}{} LIMIT {over}), \
             looked AS MATERIALIZED (SELECT count(*) AS number, CASE WHEN count(*) > {few} THEN {last}(shelf) END AS cut FROM found) \
             SELECT number, cut, (SELECT count(*) FROM found WHERE shelf = cut), \
             (SELECT json_agg(id)::text FROM (SELECT id FROM found WHERE cut IS NULL OR {whole} ORDER BY k {way}, id {way} LIMIT {limit}) AS page) FROM looked",
            clause(&wheres)
        );
        sql
    }

    /// What the index of the search finds on the question's shelves, and on which: on SQLite ids, which cost a twentieth of what the users cost,
    /// on PostgreSQL ids and the key of the order, since its index only suspects.
    pub(super) fn listed(&self, sql: &mut Sql, needle: &Needle) -> String {
        let pattern = sql.bind(match (self.dialect, self.shelving()) {
            (Dialect::Sqlite, _) | (_, Shelving::One) => needle.pattern(self.dialect),
            (Dialect::Postgres, _) => needle.spelt(),
        });
        let Shelves { lowest, highest } = self.shelves;
        let order = self.shelved_by();
        match self.dialect {
            Dialect::Sqlite => {
                let index = match (self.filter, order) {
                    (Filter::NoValidEmail, _) => "users_unreachable_search",
                    (Filter::Disabled, _) => "users_disabled_search",
                    (_, SortKey::Email) => "users_search_by_email",
                    (_, SortKey::Extension) => "users_search_by_extension",
                    // What the clock decides is looked for among all.
                    _ => "users_search",
                };
                let (bits, user) = match order {
                    // Nobody shares one.
                    SortKey::Extension => (0, "rowid AS extension".to_owned()),
                    _ => (ID_BITS, format!("rowid & {} AS id", (1_i64 << ID_BITS) - 1)),
                };
                let from = (lowest > 0).then(|| format!(" AND rowid >= {}", sql.number(lowest << bits)));
                let to = (highest < i64::MAX).then(|| format!(" AND rowid < {}", sql.number((highest + 1) << bits)));
                format!(
                    "SELECT {user}, rowid >> {bits} AS shelf FROM {index} WHERE search MATCH {pattern}{}{}",
                    from.unwrap_or_default(),
                    to.unwrap_or_default()
                )
            }
            Dialect::Postgres if self.shelving() == Shelving::One => {
                format!("SELECT *, 0::bigint AS shelf FROM users WHERE search LIKE {pattern}")
            }
            Dialect::Postgres => {
                let (by, column) = match order {
                    SortKey::Email => ("email", "email_sort"),
                    SortKey::Extension => ("extension", "extension"),
                    SortKey::Name | SortKey::LastLogin => ("name", "name_sort"),
                };
                let shelves = std::iter::successors(Some(lowest), |shelf| self.shelving().next(*shelf, false));
                let mut parts: Vec<String> = shelves
                    .take_while(|shelf| *shelf <= highest)
                    .map(|shelf| {
                        let of_shelf = format!("users_search_by_{by}_{shelf} WHERE search LIKE {pattern}");
                        format!("SELECT id, {column}, {shelf}::bigint AS shelf FROM {of_shelf}")
                    })
                    .collect();
                if self.is_shelved() && self.descends() {
                    parts.reverse();
                }
                parts.join(" UNION ALL ")
            }
        }
    }

    /// The users whom SQLite's index of the search lists, where that stands before as `f` in a cross join.
    pub(super) fn each_user(&self) -> String {
        let by = self.key_index().map(|by| format!(" INDEXED BY {by}")).unwrap_or_default();
        let which = if self.shelved_by() == SortKey::Extension { "extension" } else { "id" };
        format!("users u{by} ON u.{which} = f.{which}")
    }

    /// The order in which those are shelved among whom is searched.
    pub(super) const fn shelved_by(&self) -> SortKey {
        match (self.filter, self.sort.key) {
            (Filter::All, SortKey::Email | SortKey::Extension) => self.sort.key,
            // Who is new every day stays nowhere, and filters let few through.
            _ => SortKey::Name,
        }
    }

    /// How they are shelved in that order.
    pub(super) const fn shelving(&self) -> Shelving {
        match (self.dialect, self.filter, self.shelved_by()) {
            // Each has one index of the search.
            (Dialect::Postgres, Filter::NoValidEmail | Filter::Disabled, _) => Shelving::One,
            (Dialect::Postgres, _, SortKey::Email) => Shelving::Texts(ADDRESSES),
            (Dialect::Postgres, _, SortKey::Extension) => Shelving::Numbers(EXTENSIONS),
            (Dialect::Postgres, _, _) => Shelving::Texts(NAMES),
            (Dialect::Sqlite, _, SortKey::Extension) => Shelving::Each,
            (Dialect::Sqlite, _, _) => Shelving::Letters,
        }
    }

    /// Between which keys the question's one shelf lies, where it has but one.
    pub(super) fn shelved(&self, sql: &mut Sql) -> Vec<String> {
        let Shelves { lowest, highest } = self.shelves;
        if lowest != highest {
            return Vec::new();
        }
        let (shelving, column) = (self.shelving(), key(self.sort));
        let next = shelving.next(lowest, false).and_then(|next| shelving.first(next));
        let bounds = [(">=", shelving.first(lowest)), ("<", next)];
        bounds.into_iter().filter_map(|(sign, bound)| Some(format!("{column} {sign} {}", sql.key(bound?)))).collect()
    }
}
