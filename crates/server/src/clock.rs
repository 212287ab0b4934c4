//! Clock, injectable so that tests can move it; and time formatting.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::Notify;

/// Milliseconds in a second.
const SECOND: i64 = 1000;

/// Source of the current time in Unix milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<Hands>>);

#[derive(Debug)]
struct Hands {
    now: AtomicI64,
    moved: Notify,
}

impl Clock {
    /// Returns the system clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// Returns a clock that stays at `start` (Unix milliseconds) until [`Self::advance`] is called.
    #[must_use]
    pub fn manual(start: i64) -> Self {
        Self(Some(Arc::new(Hands { now: AtomicI64::new(start), moved: Notify::new() })))
    }

    /// Returns the current time in Unix milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        match &self.0 {
            Some(hands) => hands.now.load(Ordering::SeqCst),
            None => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis),
        }
    }

    /// Advances a manual clock. Does nothing to the system clock.
    pub fn advance(&self, by: Duration) {
        if let Some(hands) = &self.0 {
            hands.now.fetch_add(millis(by), Ordering::SeqCst);
            hands.moved.notify_waiters();
        }
    }

    /// Waits for `wait` from `since` (Unix milliseconds), which is about now. Never waits longer, even if the system clock is set back meanwhile.
    pub async fn sleep_since(&self, since: i64, wait: Duration) {
        match &self.0 {
            Some(_) => self.sleep_until(since.saturating_add(millis(wait))).await,
            None => tokio::time::sleep(wait).await,
        }
    }

    /// Waits until this clock reaches `then` (Unix milliseconds).
    pub async fn sleep_until(&self, then: i64) {
        match &self.0 {
            Some(hands) => loop {
                let moved = hands.moved.notified();
                if self.now() >= then {
                    return;
                }
                moved.await;
            },
            None => {
                let wait = u64::try_from(then - self.now()).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
        }
    }
}

/// Converts a duration to whole milliseconds.
#[must_use]
pub fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Truncates `at` (Unix milliseconds) to whole seconds. A link is valid through its last second.
#[must_use]
pub const fn whole_second(at: i64) -> i64 {
    at - at.rem_euclid(SECOND)
}

/// Returns the whole seconds from `now` to `then` (Unix milliseconds), rounded up and at least 1, as `Retry-After` requires.
#[must_use]
pub fn seconds_until(now: i64, then: i64) -> u64 {
    let left = then.saturating_sub(now).max(1);
    u64::try_from((left - 1) / SECOND + 1).unwrap_or(1)
}

/// Formats `at` (Unix milliseconds) as RFC 3339 in UTC, in whole seconds.
#[must_use]
pub fn rfc3339(at: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(at.div_euclid(SECOND)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Clock, rfc3339, seconds_until, whole_second};
    use std::time::Duration;

    #[test]
    fn waits_are_rounded_up() {
        assert_eq!([1, 1000, 1001].map(|left| seconds_until(500, 500 + left)), [1, 1, 2]);
        assert_eq!(seconds_until(5000, 1000), 1);
    }

    #[test]
    fn times_are_written_in_whole_seconds() {
        assert_eq!(whole_second(1_700_000_000_999), 1_700_000_000_000);
        assert_eq!(rfc3339(1_700_000_000_999), "2023-11-14T22:13:20Z");
    }

    #[tokio::test]
    async fn a_manual_clock_wakes_sleepers_when_it_is_moved() {
        let clock = Clock::manual(0);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(2000).await }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(1));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        sleeper.await.expect("wakes");
    }
}
