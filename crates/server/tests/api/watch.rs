//! An eye on the log of the whole suite (LOG-01): every server in this process logs at trace level, and a secret in any
//! line fails the test that ends next.

use crate::world::{NEW_PASSWORD, PASSWORD};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use tracing_subscriber::EnvFilter;

static LINES: AtomicUsize = AtomicUsize::new(0);
static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// How long a token or a session id is, written down.
const SECRET: usize = 43;

/// Begins to watch; every server of a test calls it.
pub fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let everything = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("trace")).with_ansi(false);
        everything.with_writer(|| Eye).init();
    });
}

/// How many lines have been logged.
pub fn lines() -> usize {
    LINES.load(Ordering::Relaxed)
}

/// Fails if a secret was logged; every server of a test calls it when it ends.
pub fn check() {
    if std::thread::panicking() {
        return;
    }
    let found = std::mem::take(&mut *FOUND.lock().unwrap_or_else(PoisonError::into_inner));
    assert_eq!(found, Vec::<String>::new(), "secrets in the log, of this test's server or of one that ran beside it");
}

/// Whether a line holds a password of the suite's people, or a word that is a token or a session id by its looks.
pub fn secrets_in(line: &str) -> bool {
    let is_secret = |word: &str| word.len() == SECRET;
    line.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).any(is_secret)
        || line.contains(PASSWORD)
        || line.contains(NEW_PASSWORD)
}

struct Eye;

impl io::Write for Eye {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        LINES.fetch_add(1, Ordering::Relaxed);
        let line = String::from_utf8_lossy(event);
        if secrets_in(&line) {
            FOUND.lock().unwrap_or_else(PoisonError::into_inner).push(line.into_owned());
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
