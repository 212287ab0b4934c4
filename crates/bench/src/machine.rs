//! The machine's speed, by which goals in milliseconds are scaled: they were set on one that hashes a password in [`REFERENCE`].

use crate::Result;
use crate::calls::Bare;
use crate::figures::Figures;
use crate::report::Report;

/// The bare argon2id call on the machine of the goals, in milliseconds.
const REFERENCE: f64 = 15.5;
/// How often it is measured.
const HASHES: usize = 30;

/// How much slower this machine is at this hour.
#[derive(Clone, Copy)]
pub(crate) struct Machine {
    slower: f64,
}

impl Machine {
    /// Measures and reports.
    pub(crate) fn measure(report: &mut Report) -> Result<Self> {
        let mut bare = Bare::new()?;
        let times: Result<Vec<_>> = (0..HASHES).map(|_| bare.hash("correct horse battery staple")).collect();
        let times = Figures::new(times?);
        let slower = (times.median() / REFERENCE).max(1.0);
        let how = format!(
            "The bare argon2id call {HASHES} times. Goals in milliseconds were set on a machine that takes {REFERENCE} ms for it; on a slower one, or in a \
             slower hour, they are multiplied by the ratio."
        );
        report.section("The machine", &how, &["bare argon2id", "goals are multiplied by"]);
        report.row(&[times.spread(), format!("{slower:.2}")]);
        Ok(Self { slower })
    }

    /// A goal in milliseconds, for this machine.
    pub(crate) fn goal(self, milliseconds: f64) -> f64 {
        milliseconds * self.slower
    }
}
