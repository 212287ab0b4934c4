//! Everything that people read, by screen: `words/<language>.json`, one file a language.
//!
//! The page carries the one language in use, as JSON in `<template id="words">`; the WebAssembly carries none. A
//! [`Word`] is a place in that file; `build.rs` makes the constants and checks that all languages have the same.

#[cfg(target_arch = "wasm32")]
mod browser;
mod fill;
#[cfg(not(target_arch = "wasm32"))]
mod native;
pub(crate) mod time;

#[cfg(target_arch = "wasm32")]
use browser as source;
#[cfg(target_arch = "wasm32")]
pub use browser::install;
#[cfg(target_arch = "wasm32")]
pub(crate) use browser::prepare;
use fill::fill;
#[cfg(not(target_arch = "wasm32"))]
use native as source;

/// One text of the language in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Word(u16);

/// What a language file holds for a [`Word`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// The same whatever is counted.
    Text(&'static str),
    /// By CLDR plural category: `one`, `few`, `other`, …
    Forms(&'static [(&'static str, &'static str)]),
}

impl Word {
    /// The text; of a text with plural forms the general one.
    #[must_use]
    pub(crate) fn text(self) -> &'static str {
        match source::entry(self) {
            Entry::Text(text) => text,
            Entry::Forms(forms) => form(forms, "other"),
        }
    }

    /// The text with each `{name}` filled in.
    #[must_use]
    pub(crate) fn with(self, values: &[(&str, &str)]) -> String {
        fill(self.text(), values)
    }

    /// The plural form for `count`, with `{count}` filled in.
    #[must_use]
    pub(crate) fn count(self, count: u64) -> String {
        let text = match source::entry(self) {
            Entry::Text(text) => text,
            Entry::Forms(forms) => form(forms, &source::plural_category(count)),
        };
        fill(text, &[("count", &time::number(count))])
    }
}

impl From<Word> for String {
    fn from(word: Word) -> Self {
        word.text().to_owned()
    }
}

fn form(forms: &'static [(&'static str, &'static str)], category: &str) -> &'static str {
    let of = |wanted: &str| forms.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text);
    of(category).or_else(|| of("other")).unwrap_or_default()
}

include!(concat!(env!("OUT_DIR"), "/words.rs"));
