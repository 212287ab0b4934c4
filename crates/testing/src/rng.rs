//! Reproducible random numbers.

use fastrand::Rng;

/// Returns a generator whose seed is printed if the test fails. Set `REKEY_TEST_SEED` to repeat a run.
#[must_use]
#[expect(clippy::print_stdout, reason = "the test harness shows it when the test fails")]
pub fn seeded_rng() -> Rng {
    let seed = std::env::var("REKEY_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("REKEY_TEST_SEED={seed}");
    Rng::with_seed(seed)
}
