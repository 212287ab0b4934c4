//! SQL dialect: the differences between SQLite and PostgreSQL, and nothing else.

/// The database in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dialect {
    /// SQLite: a single writer.
    Sqlite,
    /// PostgreSQL: possibly shared by several servers.
    Postgres,
}

impl Dialect {
    /// Returns the suffix of a `SELECT` whose rows are about to be claimed. Empty for SQLite, which has a single writer.
    #[must_use]
    pub const fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Returns the suffix of a `SELECT` whose row is about to be changed in the same transaction.
    #[must_use]
    pub const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }
}
