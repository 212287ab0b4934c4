//! Log capture: all in-process servers log at trace level, and a secret in any line fails the next test to end (LOG-01). So does a panic in a
//! background task, which the runtime would swallow.

use super::{NEW_PASSWORD, PASSWORD};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use tracing_subscriber::EnvFilter;

static LINES: AtomicUsize = AtomicUsize::new(0);
/// Failures since the last test ended.
static FAILURES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Length of an encoded token or session id.
const ENCODED_LENGTH: usize = 43;

/// Starts capturing; called by every [`super::TestApp`].
pub fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let trace = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("trace")).with_ansi(false);
        trace.with_writer(|| Capture).init();
        let default_hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // The body of a test is not a task: its panic fails the test anyway.
            if tokio::task::try_id().is_some() {
                fail(format!("a panic in a background task: {panic}"));
            }
            default_hook(panic);
        }));
    });
}

/// Returns the number of logged lines.
pub fn lines_logged() -> usize {
    LINES.load(Ordering::Relaxed)
}

/// Panics if a secret was logged or a background task panicked; called when a [`super::TestApp`] is dropped.
pub fn check() {
    let failures = std::mem::take(&mut *FAILURES.lock().unwrap_or_else(PoisonError::into_inner));
    if std::thread::panicking() {
        // This test fails anyway; the next one must not fail for the same reason.
        return;
    }
    assert_eq!(failures, Vec::<String>::new(), "of the server of this test, or of one that ran at the same time");
}

/// Returns whether a line contains a password of the test users, or a word of the length of a token or session id.
pub fn contains_secret(line: &str) -> bool {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).any(|word| word.len() == ENCODED_LENGTH)
        || line.contains(PASSWORD)
        || line.contains(NEW_PASSWORD)
}

fn fail(reason: String) {
    FAILURES.lock().unwrap_or_else(PoisonError::into_inner).push(reason);
}

struct Capture;

impl io::Write for Capture {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        LINES.fetch_add(1, Ordering::Relaxed);
        let line = String::from_utf8_lossy(event);
        if contains_secret(&line) {
            fail(format!("a secret in the log: {line}"));
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
