//! The numbers themselves and how Prometheus reads them
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Upper bounds of the buckets in seconds: pages take microseconds, hashing a fraction of a second, a queue seconds.
const BOUNDS: [f64; 9] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

const COUNTS: usize = 4;

/// What is counted besides requests.
#[derive(Clone, Copy)]
pub(super) enum Count {
    MailSent,
    MailFailed,
    LoginSucceeded,
    LoginFailed,
}

/// The counters by name, each with its meaning and its labelled members.
type Family = (&'static str, &'static str, &'static [(Count, &'static str)]);
const FAMILIES: [Family; 2] = [
    ("rekey_mails_total", "Attempts to send a mail.", &[(Count::MailSent, "sent"), (Count::MailFailed, "failed")]),
    ("rekey_logins_total", "Attempts to log in.", &[(Count::LoginSucceeded, "succeeded"), (Count::LoginFailed, "failed")]),
];

#[derive(Clone, Default)]
struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: Duration,
}

#[derive(Default)]
struct Requests {
    by_status: BTreeMap<(String, &'static str, u16), u64>,
    durations: BTreeMap<String, Histogram>,
}

/// All numbers since the start.
pub(super) struct Registry {
    counts: [AtomicU64; COUNTS],
    requests: Mutex<Option<Requests>>,
}

impl Registry {
    pub(super) const fn new() -> Self {
        Self { counts: [const { AtomicU64::new(0) }; COUNTS], requests: Mutex::new(None) }
    }

    pub(super) fn count(&self, what: Count) {
        self.counts[what as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn request(&self, method: &'static str, route: String, status: u16, took: Duration) {
        let mut requests = self.lock();
        let requests = requests.get_or_insert_default();
        let histogram = requests.durations.entry(route.clone()).or_default();
        histogram.count += 1;
        histogram.sum += took;
        for (bucket, bound) in histogram.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(took.as_secs_f64() <= bound);
        }
        *requests.by_status.entry((route, method, status)).or_default() += 1;
    }

    /// A panic elsewhere leaves numbers that are at most one short.
    fn lock(&self) -> MutexGuard<'_, Option<Requests>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        self.write_counts(out)?;
        let requests = self.lock();
        let Some(requests) = requests.as_ref() else { return Ok(()) };
        head(out, "rekey_http_requests_total", "counter", "Requests answered.")?;
        for ((route, method, status), count) in &requests.by_status {
            writeln!(out, "rekey_http_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {count}")?;
        }
        head(out, "rekey_http_request_duration_seconds", "histogram", "Time until an answer began.")?;
        for (route, histogram) in &requests.durations {
            write_histogram(out, route, histogram)?;
        }
        Ok(())
    }

    fn write_counts(&self, out: &mut String) -> std::fmt::Result {
        for (name, help, members) in FAMILIES {
            head(out, name, "counter", help)?;
            for (count, outcome) in members {
                writeln!(out, "{name}{{outcome=\"{outcome}\"}} {}", self.counts[*count as usize].load(Ordering::Relaxed))?;
            }
        }
        Ok(())
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

fn write_histogram(out: &mut String, route: &str, histogram: &Histogram) -> std::fmt::Result {
    const NAME: &str = "rekey_http_request_duration_seconds";
    for (bound, count) in BOUNDS.iter().zip(histogram.buckets) {
        writeln!(out, "{NAME}_bucket{{route=\"{route}\",le=\"{bound}\"}} {count}")?;
    }
    writeln!(out, "{NAME}_bucket{{route=\"{route}\",le=\"+Inf\"}} {}", histogram.count)?;
    writeln!(out, "{NAME}_sum{{route=\"{route}\"}} {}", histogram.sum.as_secs_f64())?;
    writeln!(out, "{NAME}_count{{route=\"{route}\"}} {}", histogram.count)
}

#[cfg(test)]
mod tests {
    use super::{Count, Registry};
    use std::time::Duration;

    #[test]
    fn counts_begin_at_zero_and_grow() {
        let registry = Registry::new();
        registry.count(Count::LoginFailed);
        let text = registry.text();
        assert!(text.contains("rekey_mails_total{outcome=\"sent\"} 0\n"), "{text}");
        assert!(text.contains(
            "# TYPE rekey_logins_total counter\nrekey_logins_total{outcome=\"succeeded\"} 0\nrekey_logins_total{outcome=\"failed\"} 1\n"
        ));
    }

    #[test]
    fn buckets_hold_what_is_at_most_their_bound() {
        let registry = Registry::new();
        for millis in [1, 2, 300] {
            registry.request("GET", "/".to_owned(), 200, Duration::from_millis(millis));
        }
        let text = registry.text();
        for line in [
            "_bucket{route=\"/\",le=\"0.001\"} 1",
            "_bucket{route=\"/\",le=\"0.005\"} 2",
            "_bucket{route=\"/\",le=\"0.5\"} 3",
            "_bucket{route=\"/\",le=\"+Inf\"} 3",
            "_sum{route=\"/\"} 0.303",
            "_count{route=\"/\"} 3",
        ] {
            assert!(text.contains(&format!("rekey_http_request_duration_seconds{line}\n")), "{line} in {text}");
        }
    }
}
