//! Translations: `locales/<language>.json`, one file per language, grouped by screen.
//!
//! The page contains the current language as JSON in `<template id="messages">`; the WebAssembly contains none. A [`MessageId`] is an index into that
//! file; `build.rs` generates the constants and checks that all languages have the same messages.

#[cfg(target_arch = "wasm32")]
mod browser;
mod interpolate;
#[cfg(not(target_arch = "wasm32"))]
mod native;
pub(crate) mod time;

#[cfg(target_arch = "wasm32")]
use browser as source;
#[cfg(target_arch = "wasm32")]
pub use browser::install;
#[cfg(target_arch = "wasm32")]
pub(crate) use browser::load;
use interpolate::interpolate;
#[cfg(not(target_arch = "wasm32"))]
use native as source;

/// A message in the current language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct MessageId(u16);

/// Entry of a language file for a [`MessageId`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// A single text, independent of a count.
    Text(&'static str),
    /// Plural forms by CLDR category: `one`, `few`, `other`, …
    Forms(&'static [(&'static str, &'static str)]),
}

impl MessageId {
    /// Returns the text; the `other` form if it has plural forms.
    #[must_use]
    pub(crate) fn text(self) -> &'static str {
        match source::entry(self) {
            Entry::Text(text) => text,
            Entry::Forms(forms) => form(forms, "other"),
        }
    }

    /// Returns the text with each `{name}` replaced.
    #[must_use]
    pub(crate) fn format(self, values: &[(&str, &str)]) -> String {
        interpolate(self.text(), values)
    }

    /// Returns the plural form for `count`, with `{count}` replaced.
    #[must_use]
    pub(crate) fn count(self, count: u64) -> String {
        let text = match source::entry(self) {
            Entry::Text(text) => text,
            Entry::Forms(forms) => form(forms, &source::plural_category(count)),
        };
        interpolate(text, &[("count", &time::number(count))])
    }
}

impl From<MessageId> for String {
    fn from(message: MessageId) -> Self {
        message.text().to_owned()
    }
}

fn form(forms: &'static [(&'static str, &'static str)], category: &str) -> &'static str {
    let of = |wanted: &str| forms.iter().find(|(name, _)| *name == wanted).map(|(_, text)| *text);
    of(category).or_else(|| of("other")).unwrap_or_default()
}

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
