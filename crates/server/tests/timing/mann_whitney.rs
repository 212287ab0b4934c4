//! Mann-Whitney U test: whether two samples of times differ. A rank test, so single slow responses do not matter.

/// Significance level of ENU-04: two samples differ if the p value is below.
pub const SIGNIFICANCE: f64 = 0.01;

/// Returns the p value, two-sided, corrected for ties, by the normal approximation, which is accurate for about 20 values or more.
pub fn p_value(a: &[f64], b: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = a.iter().map(|value| (*value, true)).chain(b.iter().map(|value| (*value, false))).collect();
    all.sort_by(|x, y| x.0.total_cmp(&y.0));
    let (na, nb, n) = (a.len() as f64, b.len() as f64, all.len() as f64);
    let (mut rank_sum, mut ties) = (0.0, 0.0);
    let mut at = 0;
    while at < all.len() {
        let same = all[at..].iter().take_while(|(value, _)| *value == all[at].0).count();
        let rank = at as f64 + (same as f64 + 1.0) / 2.0;
        rank_sum += rank * all[at..at + same].iter().filter(|(_, is_a)| *is_a).count() as f64;
        ties += (same as f64).powi(3) - same as f64;
        at += same;
    }
    let u = rank_sum - na * (na + 1.0) / 2.0;
    let variance = na * nb / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    let distance = ((u - na * nb / 2.0).abs() - 0.5).max(0.0);
    if variance > 0.0 { two_sided_tail(distance / variance.sqrt()) } else { 1.0 }
}

/// Returns the probability that a standard normal value is further than `z` from 0, on either side (Abramowitz and Stegun 7.1.26).
fn two_sided_tail(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    series.iter().fold(0.0, |sum, factor| (sum + factor) * t) * (-x * x).exp()
}

/// Returns the sample size that detects a `shift` in times distributed like `pilot`, at [`SIGNIFICANCE`], with a power of four standard deviations.
pub fn sample_size(pilot: &[f64], shift: f64) -> usize {
    let pairs = (pilot.len() * pilot.len()) as f64;
    let later = pilot.iter().map(|a| pilot.iter().filter(|b| **b + shift > *a).count()).sum::<usize>() as f64 / pairs;
    let effect = (later - 0.5).max(0.01);
    ((2.58 + 4.0) / effect).powi(2).div_euclid(6.0) as usize + 1
}

#[test]
fn known_samples_have_known_p_values() {
    let ascending = |from: u32, to: u32| (from..to).map(f64::from).collect::<Vec<_>>();
    // Computed elsewhere: U = 50, z = 4.0459, p = 5.21e-5.
    let p = p_value(&ascending(1, 21), &ascending(11, 31));
    assert!((5.1e-5..5.3e-5).contains(&p), "{p}");
    assert!(p_value(&ascending(0, 50), &ascending(0, 50)) > 0.99);
    assert!((two_sided_tail(1.96) - 0.05).abs() < 1e-4 && (two_sided_tail(2.576) - 0.01).abs() < 1e-4);
}

#[test]
fn samples_of_one_distribution_rarely_differ_and_shifted_ones_do() {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut draw = |shift: f64| (0..300).map(|_| shift + 3.0 * rng.f64()).collect::<Vec<_>>();
    let alike = (0..200).filter(|_| p_value(&draw(0.0), &draw(0.0)) < SIGNIFICANCE).count();
    assert!(alike <= 8, "{alike} of 200");
    assert!((0..50).all(|_| p_value(&draw(0.0), &draw(1.0)) < SIGNIFICANCE));
    assert!(sample_size(&draw(0.0), 1.0) < 300 && sample_size(&draw(0.0), 0.1) > 2000);
}
