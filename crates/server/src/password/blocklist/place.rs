//! Hashing of texts to positions in the packed list; shared by the build script and the lookup.

/// Remainder bits: a text that is not on the list is a false positive once in 2²¹ ≈ 2,100,000 times.
pub(crate) const BITS: u32 = 21;
/// Average number of texts per bucket. Under 57, so that no unary quotient within a bucket is longer than the bits read at once.
const SHARE: u64 = 48;
/// Number of positions per bucket.
pub(crate) const BUCKET: u64 = SHARE << BITS;

/// Returns the number of buckets for a number of texts.
pub(crate) const fn buckets(texts: u64) -> u64 {
    texts.div_ceil(SHARE)
}

/// Returns a text's bucket and its position there.
pub(crate) fn place(text: &[u8], buckets: u64) -> (u64, u64) {
    let spread = (u128::from(hash(text)) * u128::from(buckets * BUCKET)) >> 64;
    let at = u64::try_from(spread).unwrap_or(u64::MAX);
    (at / BUCKET, at % BUCKET)
}

/// FNV-1a with the finalizer of MurmurHash3, as positions are taken from the upper bits. It need not be collision resistant: a collision only gets a
/// password rejected.
fn hash(text: &[u8]) -> u64 {
    let mut hash = text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    for factor in [0xff51_afd7_ed55_8ccd_u64, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(factor);
    }
    hash ^ (hash >> 33)
}
