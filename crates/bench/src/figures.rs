//! Statistics of measured durations.

use std::time::Duration;

/// Measurements in milliseconds, sorted.
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    pub(crate) fn new(times: impl IntoIterator<Item = Duration>) -> Self {
        let mut milliseconds: Vec<f64> = times.into_iter().map(|time| time.as_secs_f64() * 1000.0).collect();
        milliseconds.sort_by(f64::total_cmp);
        Self(milliseconds)
    }

    /// Returns a percentile.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let at = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
        self.0.get(at).copied().unwrap_or_default()
    }

    pub(crate) fn median(&self) -> f64 {
        self.percentile(50)
    }

    pub(crate) fn p95(&self) -> f64 {
        self.percentile(95)
    }

    /// Formats the median and the quartiles.
    pub(crate) fn spread(&self) -> String {
        format!("{:.2} ms ({:.2}–{:.2})", self.median(), self.percentile(25), self.percentile(75))
    }
}
