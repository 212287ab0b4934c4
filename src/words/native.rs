//! The words of a page that a program draws, and of native tests: English, from the tables that `build.rs` made.

use super::{Entry, TABLES, Word};

pub(super) fn entry(word: Word) -> Entry {
    let english = TABLES.iter().find(|(code, _)| *code == "en");
    english.and_then(|(_, entries)| entries.get(usize::from(word.0))).copied().unwrap_or(Entry::Text(""))
}

pub(super) fn plural_category(count: u64) -> String {
    if count == 1 { "one" } else { "other" }.to_owned()
}
