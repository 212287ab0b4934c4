//! One look through the index of the search: it counts, and puts in order what stands on the first shelves.

use super::known::Count;
use super::question::{Question, clause, key};
use super::search::Needle;
use super::shelf::{ID_BITS, Shelves, Shelving};
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
    /// Counts up to `most`. In the order of names it finds what stands on the shelves before it has counted so many; in another order it
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
        let by = self.key_index().map(|by| format!(" INDEXED BY {by}")).unwrap_or_default();
        let beyond: Vec<String> = self.beyond(&mut sql).into_iter().collect();
        let sorted = format!(
            "SELECT u.id AS id, {key} AS k, f.shelf AS shelf FROM found f CROSS JOIN users u{by} ON u.id = f.id{}",
            clause(&beyond)
        );
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

    /// PostgreSQL's index only suspects: each user is read to know, and then the key is at hand.
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

    /// What the index of the search finds on the question's shelves: on SQLite ids, which cost a twentieth of what the users cost, on PostgreSQL
    /// users, since its index only suspects; and on which shelf they stand.
    pub(super) fn listed(&self, sql: &mut Sql, needle: &Needle) -> String {
        let pattern = sql.bind(needle.pattern(self.dialect));
        let Shelves { lowest, highest } = self.shelves;
        match self.shelving() {
            Shelving::Letters => {
                let index = match self.filter {
                    // What the clock decides is looked for among all.
                    Filter::All | Filter::ResetPending => "users_search",
                    Filter::NoValidEmail => "users_unreachable_search",
                    Filter::Disabled => "users_disabled_search",
                };
                let from = (lowest > 0).then(|| format!(" AND rowid >= {}", sql.number(lowest << ID_BITS)));
                let to = (highest < i64::MAX).then(|| format!(" AND rowid < {}", sql.number((highest + 1) << ID_BITS)));
                format!(
                    "SELECT rowid & {} AS id, rowid >> {ID_BITS} AS shelf FROM {index} WHERE search MATCH {pattern}{}{}",
                    (1_i64 << ID_BITS) - 1,
                    from.unwrap_or_default(),
                    to.unwrap_or_default()
                )
            }
            Shelving::One => format!("SELECT *, 0::bigint AS shelf FROM users WHERE search LIKE {pattern}"),
            Shelving::Cut => {
                let shelves =
                    std::iter::successors(Some(lowest), |shelf| Shelving::Cut.next(*shelf, false)).take_while(|shelf| *shelf <= highest);
                // The bounds stand in the text and as the indexes spell them, or none would be known to have all that lies between.
                let mut parts: Vec<String> = shelves
                    .map(|shelf| {
                        let names = clause(&self.names("coalesce(name_sort, '')", shelf, |name| format!("'{name}'")));
                        format!(
                            "SELECT id, name_sort, email_sort, extension, last_login_at, pending_until, {shelf}::bigint AS shelf \
                             FROM users{names} AND search LIKE {pattern}"
                        )
                    })
                    .collect();
                if self.sort.key == SortKey::Name && self.descends() {
                    parts.reverse();
                }
                parts.join(" UNION ALL ")
            }
        }
    }

    /// How those are shelved among whom is searched.
    pub(super) const fn shelving(&self) -> Shelving {
        match (self.dialect, self.filter) {
            (Dialect::Sqlite, _) => Shelving::Letters,
            (Dialect::Postgres, Filter::All | Filter::ResetPending) => Shelving::Cut,
            // Each has one index of the search.
            (Dialect::Postgres, Filter::NoValidEmail | Filter::Disabled) => Shelving::One,
        }
    }

    /// Between which names the question's one shelf lies, where it has but one.
    pub(super) fn shelved(&self, sql: &mut Sql) -> Vec<String> {
        let Shelves { lowest, highest } = self.shelves;
        if lowest == highest { self.names("u.name_sort", lowest, |name| sql.bind(name)) } else { Vec::new() }
    }

    fn names(&self, key: &str, shelf: i64, mut written: impl FnMut(String) -> String) -> Vec<String> {
        let shelving = self.shelving();
        let from = shelving.first(shelf).map(|name| format!("{key} >= {}", written(name)));
        let to = shelving.next(shelf, false).and_then(|next| shelving.first(next));
        from.into_iter().chain(to.map(|name| format!("{key} < {}", written(name)))).collect()
    }
}
