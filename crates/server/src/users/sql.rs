//! Statement builder: text that grows part by part, and the values of its placeholders. `sqlx::QueryBuilder` writes `?` for `Any`, which
//! PostgreSQL does not take.

use super::cursor::Key;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe};

enum Value {
    Text(String),
    Number(i64),
}

/// The values bound so far.
#[derive(Default)]
pub(super) struct Sql(Vec<Value>);

impl Sql {
    /// Binds text; the placeholder.
    pub(super) fn text(&mut self, text: &str) -> String {
        self.bind(Value::Text(text.to_owned()))
    }

    /// Binds a number; the placeholder.
    pub(super) fn number(&mut self, number: i64) -> String {
        self.bind(Value::Number(number))
    }

    /// Binds a sort key; the placeholder.
    pub(super) fn key(&mut self, key: &Key) -> String {
        match key {
            Key::Text(text) => self.text(text),
            Key::Number(number) => self.number(*number),
        }
    }

    fn bind(&mut self, value: Value) -> String {
        self.0.push(value);
        format!("${}", self.0.len())
    }

    /// A statement with these placeholders.
    pub(super) fn query(self, statement: String) -> Query<'static, Any, AnyArguments> {
        self.0.into_iter().fold(sqlx::query(AssertSqlSafe(statement)), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
        })
    }

    /// The texts bound.
    #[cfg(test)]
    pub(super) fn into_texts(self) -> Vec<String> {
        let text = |value| match value {
            Value::Text(text) => Some(text),
            Value::Number(_) => None,
        };
        self.0.into_iter().filter_map(text).collect()
    }
}
