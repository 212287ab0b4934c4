//! Where a text's place in the packed list is. The build script packs and the server looks up by the same places.

/// A text that is on no list is taken for one that is once in 2²¹ ≈ 2,100,000 times.
pub(crate) const BITS: u32 = 21;
/// Texts to a bucket, on average. Under 57, so that no distance within a bucket has more ones above than are read at once.
const SHARE: u64 = 48;
/// Places to a bucket.
pub(crate) const BUCKET: u64 = SHARE << BITS;

/// How many buckets so many texts have.
pub(crate) const fn buckets(texts: u64) -> u64 {
    texts.div_ceil(SHARE)
}

/// A text's bucket of so many, and its place there.
pub(crate) fn place(text: &[u8], buckets: u64) -> (u64, u64) {
    let spread = (u128::from(hash(text)) * u128::from(buckets * BUCKET)) >> 64;
    let at = u64::try_from(spread).unwrap_or(u64::MAX);
    (at / BUCKET, at % BUCKET)
}

/// FNV-1a, then the finish of MurmurHash3, as the places are taken from the upper bits. Nothing here has to resist an
/// adversary: who finds a text that is taken for a common one has found a password that is refused.
fn hash(text: &[u8]) -> u64 {
    let mut hash = text.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    for factor in [0xff51_afd7_ed55_8ccd_u64, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(factor);
    }
    hash ^ (hash >> 33)
}
