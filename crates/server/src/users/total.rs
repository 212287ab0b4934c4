//! How many users there are, without counting a million rows for every page.
//!
//! Users are never deleted, ids rise, and [`super::write::lock`] has them committed in order: so how many there are up to
//! some id never changes, and only those after it need counting.

use crate::store::{Conn, Result};
use sqlx::Row;
use std::sync::{Mutex, PoisonError};

/// Remembers a count and the id that it goes up to.
#[derive(Debug, Default)]
pub struct Total(Mutex<(i64, i64)>);

impl Total {
    /// The number of all users.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of_all(&self, conn: &mut Conn) -> Result<i64> {
        let (last, count) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let row = sqlx::query("SELECT count(*), coalesce(max(id), $1) FROM users WHERE id > $1").bind(last).fetch_one(conn).await?;
        let (more, newest): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let total = count + more;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Another request may have looked later than this one.
        if newest > known.0 {
            *known = (newest, total);
        }
        Ok(total)
    }
}
