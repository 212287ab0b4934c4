//! Text normalization: Unicode NFC, and folding for search, sorting and comparison.

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Maximum length of folded text, in characters: longer than any name or address as typed. A single character can fold to eighteen (U+FDFA).
const MAX_FOLDED: usize = 254;
/// Maximum length of a sort key, in bytes. An index entry of PostgreSQL has at most 2,704, and the widest holds name, address, and both again as
/// search text.
const MAX_SORT_KEY: usize = 640;

/// Normalizes text to NFC, so that equivalent spellings are equal.
#[must_use]
pub fn nfc(text: &str) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}

/// Strips case and accents. Longer text is truncated to `MAX_FOLDED`.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).nfc().take(MAX_FOLDED).collect()
}

/// Like [`fold`], and replaces letters without a decomposition (ł, ø, ß, ı) by the plain letters that people type for them.
#[must_use]
pub fn fold_letters(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in fold(text).chars() {
        match c {
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'þ' => plain.push_str("th"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ħ' => plain.push('h'),
            'ŧ' => plain.push('t'),
            'ı' => plain.push('i'),
            _ => plain.push(c),
        }
    }
    plain
}

/// Returns the key that text is sorted and searched by: [`fold_letters`], truncated to fit into an index.
#[must_use]
pub fn sort_key(text: &str) -> String {
    let mut key = fold_letters(text);
    key.truncate(key.floor_char_boundary(MAX_SORT_KEY));
    key
}

#[cfg(test)]
mod tests {
    use super::{MAX_FOLDED, MAX_SORT_KEY, fold, fold_letters, sort_key};

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(fold("Zoë MÜLLER"), "zoe muller");
        assert_eq!(fold("Иван Ёлкин"), "иван елкин");
    }

    #[test]
    fn letters_without_a_decomposition_become_plain_ones() {
        assert_eq!(fold_letters("Łukasz Sørensen Đorđe Weiß Æsa Þór Işık"), "lukasz sorensen dorde weiss aesa thor isik");
    }

    #[test]
    fn sort_keys_are_bounded() {
        let long = sort_key(&format!("a{}", "\u{20000}".repeat(200)));
        assert!((MAX_SORT_KEY - 3..=MAX_SORT_KEY).contains(&long.len()), "{}", long.len());
        assert_eq!(fold(&"\u{fdfa}".repeat(200)).chars().count(), MAX_FOLDED);
        assert_eq!(sort_key(&"Ä".repeat(200)), "a".repeat(200));
    }
}
