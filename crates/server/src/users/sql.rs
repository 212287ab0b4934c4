//! A statement that grows with what is asked: its text, and what its placeholders stand for. Values are always bound, so
//! that a connection meets the same few texts again and has them planned already.

use super::cursor::Key;
use crate::store::{Conn, Result};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row};

enum Bind {
    Text(String),
    Number(i64),
}

/// See the module.
#[derive(Default)]
pub(super) struct Sql {
    pub(super) text: String,
    binds: Vec<Bind>,
}

impl Sql {
    /// Binds text and tells its placeholder.
    pub(super) fn bind(&mut self, text: String) -> String {
        self.push(Bind::Text(text))
    }

    /// Binds a number and tells its placeholder.
    pub(super) fn number(&mut self, number: i64) -> String {
        self.push(Bind::Number(number))
    }

    /// Binds a sort key and tells its placeholder.
    pub(super) fn key(&mut self, key: Key) -> String {
        match key {
            Key::Text(text) => self.bind(text),
            Key::Number(number) => self.number(number),
        }
    }

    fn push(&mut self, bind: Bind) -> String {
        self.binds.push(bind);
        format!("${}", self.binds.len())
    }

    /// The query, its plan kept for the next time.
    pub(super) fn query(self) -> Query<'static, Any, AnyArguments> {
        let query = sqlx::query(AssertSqlSafe(self.text));
        self.binds.into_iter().fold(query, |query, bind| match bind {
            Bind::Text(text) => query.bind(text),
            Bind::Number(number) => query.bind(number),
        })
    }

    /// The first column of every row.
    pub(super) async fn ids(self, conn: &mut Conn) -> Result<Vec<i64>> {
        self.query().fetch_all(conn).await?.iter().map(|row| row.try_get(0)).collect()
    }
}
