//! One look through the index of the search: it counts, and puts in order what stands on the first shelves.

use super::known::Count;
use super::question::{Question, clause, key};
use super::search::Needle;
use super::shelf::Shelving;
use super::sql::Sql;
use crate::store::{Conn, Dialect, Result};
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
}
