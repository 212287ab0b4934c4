//! Waiting with a timeout.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

/// Timeout for an event that must occur.
pub const TIMEOUT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Polls until `check` returns `Some`. For events of another process or of the database, which send no notification: the only place in the tests that
/// waits for real time unless time is the subject of the test.
///
/// # Panics
/// After [`TIMEOUT`], with `what`.
pub async fn poll<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let polling = async {
        let mut ticks = interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Some(found) = check().await {
                return found;
            }
        }
    };
    timeout(TIMEOUT, polling).await.unwrap_or_else(|_| panic!("timed out: {what}"))
}

/// Polls until `check` is true; see [`poll`].
pub async fn wait_until(what: &str, mut check: impl AsyncFnMut() -> bool) {
    poll(what, async || check().await.then_some(())).await;
}

/// Runs a future to completion on this thread, for tests without a runtime.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(future)
}
