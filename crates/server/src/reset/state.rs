//! Reset state, derived from the timestamps in its row.

use crate::clock::whole_second;
use crate::store::Result;
use rekey_wire::users::ResetState;
use sqlx::Row;
use sqlx::any::AnyRow;

/// Timestamps of a reset, Unix milliseconds.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ResetTimestamps {
    pub sent_at: Option<i64>,
    /// Last second in which its links are valid; set when the first is minted.
    pub expires_at: Option<i64>,
    pub opened_at: Option<i64>,
    pub used_at: Option<i64>,
    pub cancelled_at: Option<i64>,
    pub failed_at: Option<i64>,
}

impl ResetTimestamps {
    /// Columns of `resets r` that [`Self::read`] reads.
    pub const COLUMNS: &str = "r.sent_at, r.expires_at, r.opened_at, r.used_at, r.cancelled_at, r.failed_at";

    /// Reads [`Self::COLUMNS`], starting at column `first`.
    ///
    /// # Errors
    /// A column is missing.
    pub fn read(row: &AnyRow, first: usize) -> Result<Self> {
        Ok(Self {
            sent_at: row.try_get(first)?,
            expires_at: row.try_get(first + 1)?,
            opened_at: row.try_get(first + 2)?,
            used_at: row.try_get(first + 3)?,
            cancelled_at: row.try_get(first + 4)?,
            failed_at: row.try_get(first + 5)?,
        })
    }

    /// Returns the state at `now` (Unix milliseconds).
    #[must_use]
    pub fn state(&self, now: i64) -> ResetState {
        if self.used_at.is_some() {
            ResetState::Used
        } else if self.cancelled_at.is_some() {
            ResetState::Cancelled
        } else if self.failed_at.is_some() {
            ResetState::Failed
        } else if self.has_expired(now) {
            ResetState::Expired
        } else if self.opened_at.is_some() {
            ResetState::Opened
        } else if self.sent_at.is_some() {
            ResetState::Sent
        } else {
            ResetState::Queued
        }
    }

    /// Returns when [`Self::state`] began (Unix milliseconds); `None` while it is queued.
    #[must_use]
    pub fn state_at(&self, now: i64) -> Option<i64> {
        match self.state(now) {
            ResetState::Queued => None,
            ResetState::Sent => self.sent_at,
            ResetState::Failed => self.failed_at,
            ResetState::Opened => self.opened_at,
            ResetState::Used => self.used_at,
            ResetState::Expired => self.expires_at,
            ResetState::Cancelled => self.cancelled_at,
        }
    }

    /// Returns whether the links have expired: valid in the boundary second, expired one second later.
    #[must_use]
    pub fn has_expired(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|last| whole_second(now) > last)
    }
}

#[cfg(test)]
mod tests {
    use super::ResetTimestamps;
    use rekey_wire::users::ResetState;

    #[test]
    fn a_link_holds_through_its_last_second() {
        let sent = ResetTimestamps { sent_at: Some(1000), expires_at: Some(9000), ..ResetTimestamps::default() };
        assert_eq!(sent.state(9999), ResetState::Sent);
        assert_eq!(sent.state(10_000), ResetState::Expired);
        assert_eq!((sent.state_at(9999), sent.state_at(10_000)), (Some(1000), Some(9000)));
    }

    #[test]
    fn the_end_of_a_reset_hides_what_was_before() {
        let opened = ResetTimestamps { sent_at: Some(1000), expires_at: Some(9000), opened_at: Some(2000), ..ResetTimestamps::default() };
        assert_eq!(opened.state(3000), ResetState::Opened);
        assert_eq!(ResetTimestamps { used_at: Some(2500), ..opened }.state(20_000), ResetState::Used);
        assert_eq!(ResetTimestamps { cancelled_at: Some(2500), ..opened }.state(20_000), ResetState::Cancelled);
        assert_eq!(ResetTimestamps { failed_at: Some(2500), ..ResetTimestamps::default() }.state(3000), ResetState::Failed);
        assert_eq!(ResetTimestamps::default().state(3000), ResetState::Queued);
        assert_eq!(ResetTimestamps::default().state_at(3000), None);
    }
}
