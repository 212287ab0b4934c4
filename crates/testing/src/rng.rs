//! Random numbers that can be repeated.

use fastrand::Rng;

/// A generator whose seed is printed when the test fails. `REKEY_TEST_SEED` repeats a run.
#[must_use]
#[expect(clippy::print_stdout, reason = "the test harness shows it when the test fails")]
pub fn seeded_rng() -> Rng {
    let seed = std::env::var("REKEY_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("REKEY_TEST_SEED={seed}");
    Rng::with_seed(seed)
}
