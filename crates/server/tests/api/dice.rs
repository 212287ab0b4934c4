//! Random moments that can be repeated: the seed is printed, and `REKEY_TEST_SEED` sets it.

/// SplitMix64 (Steele, Lea, Flood 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new() -> Self {
        let seed = std::env::var("REKEY_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| {
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).expect("randomness");
            u64::from_ne_bytes(bytes)
        });
        #[expect(clippy::print_stdout, reason = "shown when the test fails")]
        {
            println!("REKEY_TEST_SEED={seed}");
        }
        Self(seed)
    }

    /// From 0 to 1, less than 1.
    pub fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((z ^ (z >> 31)) >> 32).unwrap_or_default()) / f64::from(u32::MAX)
    }
}
