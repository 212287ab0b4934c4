//! What SQLite and PostgreSQL say differently, and nothing else.

/// Which database it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dialect {
    /// SQLite, one writer at a time.
    Sqlite,
    /// PostgreSQL, possibly with several servers on it.
    Postgres,
}

impl Dialect {
    /// Appended to a `SELECT` whose rows are about to be claimed. SQLite's one writer needs nothing.
    #[must_use]
    pub const fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Appended to a `SELECT` whose row is about to be changed in the same transaction.
    #[must_use]
    pub const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }
}
