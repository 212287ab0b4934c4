//! Messages of native builds (prerendering and tests): English, from the tables that `build.rs` generates.

use super::{Entry, MessageId, TABLES};

pub(super) fn entry(message: MessageId) -> Entry {
    let english = TABLES.iter().find(|(code, _)| *code == "en");
    english.and_then(|(_, entries)| entries.get(usize::from(message.0))).copied().unwrap_or(Entry::Text(""))
}

pub(super) fn plural_category(count: u64) -> String {
    if count == 1 { "one" } else { "other" }.to_owned()
}
