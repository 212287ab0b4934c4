//! Logging to standard error, as text or JSON: one event per line, whatever the values contain (LOG-02).
//!
//! Secrets are excluded at the source (`Debug` of tokens, mails and keys hides them). A panic message may contain anything, so only its location is
//! logged (LOG-01), and its message if that is a string literal.

use crate::config::{Config, LogFormat};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging; call once per process.
///
/// # Errors
/// The filter is invalid, or a logger is already installed.
pub fn start(config: &Config) -> Result<(), String> {
    // PostgreSQL's notices only say what a migration found already there.
    let filter = EnvFilter::try_new(format!("sqlx::postgres::notice=warn,{}", config.log))
        .map_err(|_| "REKEY_LOG is not a filter of log levels.".to_owned())?;
    let builder = fmt().with_env_filter(filter).with_ansi(false).with_writer(OneLine(io::stderr));
    let started = if config.log_format == LogFormat::Json { builder.json().finish().try_init() } else { builder.finish().try_init() };
    std::panic::set_hook(Box::new(report_panic));
    started.map_err(|_| "Logging is on already.".to_owned())
}

/// Logs the location of a panic, and its message if it is a string literal of the program.
fn report_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let message = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not shown)");
    tracing::error!(place, message, "panicked");
}

/// Creates writers that escape control characters.
struct OneLine<M>(M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for OneLine<M> {
    type Writer = OneLineWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLineWriter(self.0.make_writer())
    }
}

/// Receives one event per call, as `tracing-subscriber` writes them.
struct OneLineWriter<W>(W);

impl<W: Write> Write for OneLineWriter<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        self.0.write_all(escape_event(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Escapes all control characters except the final line break. `\u001b` reads the same in text and in JSON.
fn escape_event(event: &str) -> String {
    let (body, end) = event.strip_suffix('\n').map_or((event, ""), |body| (body, "\n"));
    let mut out = String::with_capacity(event.len());
    for c in body.chars() {
        if c.is_control() || reorders(c) {
            // Writing to a String never fails.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out + end
}

/// Returns true for line separators and for bidirectional controls, which can make a line read differently (UAX #9).
const fn reorders(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::OneLine;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::fmt;

    const HOSTILE: &str = "Jo\n2026-11-24T00:00:00Z ERROR forged\r\u{1b}[2J\u{9b}31m\u{202e}\u{61c}\u{2028}\0";

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(json: bool, log_it: impl FnOnce()) -> String {
        let log = Log::default();
        let target = log.clone();
        let builder = fmt().with_ansi(false).with_writer(OneLine(move || target.clone()));
        if json {
            tracing::subscriber::with_default(builder.json().finish(), log_it);
        } else {
            tracing::subscriber::with_default(builder.finish(), log_it);
        }
        let bytes = log.0.lock().expect("no panic").clone();
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn log_02_a_value_cannot_forge_a_line_or_reach_the_terminal() {
        for json in [false, true] {
            let text = written(json, || {
                tracing::info!(name = %HOSTILE, other = ?HOSTILE, "{HOSTILE}");
                tracing::info!("next");
            });
            assert_eq!(text.lines().count(), 2, "{text}");
            assert!(text.chars().all(|c| c == '\n' || (!c.is_control() && !super::reorders(c))), "{text:?}");
            assert!(text.contains("forged") && text.contains("next"));
        }
    }

    #[test]
    fn a_line_of_json_stays_json() {
        let text = written(true, || tracing::info!(name = %HOSTILE, "{HOSTILE}"));
        let event: serde_json::Value = serde_json::from_str(text.trim()).expect("JSON");
        assert_eq!(event["fields"]["name"], HOSTILE);
    }

    #[test]
    fn log_01_a_panic_is_logged_without_what_it_was_made_of() {
        let secret: Result<(), String> = std::hint::black_box(Err("hunter2-hunter2".to_owned()));
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(super::report_panic));
        let text = written(false, || {
            let caught = std::panic::catch_unwind(|| secret.expect("a value"));
            assert!(caught.is_err());
        });
        std::panic::set_hook(hook);
        assert!(text.contains("panicked") && text.contains("logging.rs") && !text.contains("hunter2"), "{text}");
    }
}
