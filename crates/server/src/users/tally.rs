//! How many users there are, without counting a million rows for every page: triggers keep one row of numbers with every
//! change, in its transaction.

use crate::store::{Conn, Result};
use rekey_wire::users::Filter;
use sqlx::Row;

/// The row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Tally {
    /// All users.
    pub users: i64,
    unreachable: i64,
    disabled: i64,
    /// How often a user came, or changed in what search and filters look at. Two snapshots with the same number hold the same.
    pub version: i64,
}

impl Tally {
    /// Reads the row.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(conn: &mut Conn) -> Result<Self> {
        let row = sqlx::query("SELECT users, unreachable, disabled, version FROM tally").fetch_one(conn).await?;
        Ok(Self { users: row.try_get(0)?, unreachable: row.try_get(1)?, disabled: row.try_get(2)?, version: row.try_get(3)? })
    }

    /// How many a filter lets through; `None` where the clock decides.
    #[must_use]
    pub const fn of(&self, filter: Filter) -> Option<i64> {
        match filter {
            Filter::All => Some(self.users),
            Filter::NoValidEmail => Some(self.unreachable),
            Filter::Disabled => Some(self.disabled),
            Filter::ResetPending => None,
        }
    }
}
