//! Blocklist of common and breached passwords (sources: `passwords/README.md`), packed into the program.
//!
//! It is read in place, without unpacking. Listed passwords are always found; the false positive rate is one in two million.

#[cfg(test)]
mod pack;
mod place;

use place::{BITS, buckets, place};

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/blocklist"));

/// Returns whether the list contains this text, which must be folded.
pub(super) fn holds(text: &str) -> bool {
    has(PACKED, text.as_bytes()).unwrap_or(false)
}

/// Returns whether this word, folded, is one of the thousand most common.
pub(super) fn is_very_common(word: &str) -> bool {
    // The build script's marker; no line of the list begins with it.
    has(PACKED, &[b"\n", word.as_bytes()].concat()).unwrap_or(false)
}

fn has(packed: &[u8], text: &[u8]) -> Option<bool> {
    let (count, rest) = packed.split_first_chunk()?;
    let buckets = buckets(u64::from_le_bytes(*count));
    let (bucket, wanted) = place(text, buckets);
    let begin = |bucket: u64| rest.get(usize::try_from(bucket).ok()? * 4..)?.first_chunk().copied().map(u32::from_le_bytes);
    let (mut at, end) = (begin(bucket)?, begin(bucket + 1)?);
    let bits = rest.get((usize::try_from(buckets).ok()? + 1) * 4..)?;
    let mut place = 0;
    while at < end {
        let above = window(bits, at)?.trailing_ones();
        at += above + 1;
        place += (u64::from(above) << BITS) | (window(bits, at)? & ((1 << BITS) - 1));
        at += BITS;
        if place >= wanted {
            return Some(place == wanted);
        }
    }
    Some(false)
}

/// Returns at least 57 bits starting at `at`, the first bit lowest.
fn window(bits: &[u8], at: u32) -> Option<u64> {
    let bytes = bits.get(at as usize / 8..)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes) >> (at % 8))
}

#[cfg(test)]
mod tests {
    use super::pack::pack;
    use super::{has, holds, is_very_common};

    fn text(n: u32) -> String {
        format!("text number {n}")
    }

    #[test]
    fn what_is_packed_is_found_and_nearly_nothing_else() {
        for count in [0, 1, 2, 47, 48, 49, 5000] {
            let texts: Vec<String> = (0..count).map(text).collect();
            let packed = pack(texts.iter().map(String::as_bytes));
            assert!(texts.iter().all(|text| has(&packed, text.as_bytes()) == Some(true)), "{count}");
            let others = (count..count + 20_000).filter(|n| has(&packed, text(*n).as_bytes()) == Some(true)).count();
            assert!(others <= 1, "{others} of 20,000 that are not in it");
        }
    }

    #[test]
    fn the_list_is_whole_and_small() {
        for listed in ["password", "letmein", "iloveyouforever", "1q2w3e4r5t6y7u8i", "welcometothejungle"] {
            assert!(holds(listed), "{listed}");
        }
        for other in ["seven purple umbrellas", "Password", "", "password\n"] {
            assert!(!holds(other), "{other}");
        }
        assert!(is_very_common("monkey") && !is_very_common("umbrellas") && !holds("\nmonkeys"));
        assert!(super::PACKED.len() < 1_000_000, "{}", super::PACKED.len());
    }

    #[test]
    fn what_was_damaged_is_no_reason_to_panic() {
        let packed = pack([&b"password"[..]]);
        for length in 0..packed.len() {
            let _ = has(&packed[..length], b"password");
        }
    }
}
