//! Packs a list of texts (Golomb-Rice coding; run by the build script). Within each bucket, positions are sorted and stored as the difference to the
//! previous one: the low `BITS` bits as they are, the quotient in unary (that many ones and a zero).
//!
//! Layout, little-endian: the number of texts (8 bytes), the bit offset of each bucket's start and of the end of the last (4 bytes each), the bits,
//! and 8 bytes of padding, so that reads may go past the end.

use super::place::{BITS, buckets, place};

/// The packed list.
pub(crate) fn pack<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let texts: Vec<&[u8]> = texts.into_iter().collect();
    let buckets = buckets(texts.len() as u64);
    let mut places: Vec<(u64, u64)> = texts.iter().map(|text| place(text, buckets)).collect();
    places.sort_unstable();
    places.dedup();
    let mut packed = (texts.len() as u64).to_le_bytes().to_vec();
    let mut bits = Bits::default();
    let mut places = places.into_iter().peekable();
    for bucket in 0..buckets {
        packed.extend(bits.length.to_le_bytes());
        let mut before = 0;
        while let Some((_, at)) = places.next_if(|(of, _)| *of == bucket) {
            let distance = at - before;
            (0..distance >> BITS).for_each(|_| bits.push(1));
            bits.push(0);
            (0..BITS).for_each(|bit| bits.push(u8::from((distance >> bit) & 1 == 1)));
            before = at;
        }
    }
    packed.extend(bits.length.to_le_bytes());
    packed.extend(bits.bytes);
    packed.extend([0; 8]);
    packed
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    length: u32,
}

impl Bits {
    fn push(&mut self, bit: u8) {
        match self.bytes.last_mut() {
            Some(last) if !self.length.is_multiple_of(8) => *last |= bit << (self.length % 8),
            _ => self.bytes.push(bit),
        }
        self.length += 1;
    }
}
