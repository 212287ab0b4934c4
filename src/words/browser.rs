//! The words that came with the page.

use super::{Entry, Word};
use js_sys::{Array, JSON, Object};
use std::cell::OnceCell;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static WORDS: OnceCell<Vec<Entry>> = const { OnceCell::new() };
}

/// Takes a language file; only the first one counts. Without a call, the page's `<template id="words">` is taken.
pub fn install(json: &str) {
    WORDS.with(|words| _ = words.set(parse(json)));
}

pub(super) fn entry(word: Word) -> Entry {
    WORDS.with(|words| {
        words
            .get_or_init(|| parse(&crate::browser::template("words").unwrap_or_default()))
            .get(usize::from(word.0))
            .copied()
            .unwrap_or(Entry::Text(""))
    })
}

pub(super) fn plural_category(count: u64) -> String {
    let rules = js_sys::Intl::PluralRules::new(&Array::of1(&crate::browser::language().into()), &Object::new());
    #[expect(clippy::cast_precision_loss, reason = "JavaScript has no other numbers")]
    rules.select(count as f64).into()
}

fn parse(json: &str) -> Vec<Entry> {
    let language = JSON::parse(json).unwrap_or_else(|_| Object::new().into());
    let screens = Object::values(language.unchecked_ref());
    let texts = screens.iter().map(|screen: JsValue| Object::values(screen.unchecked_ref()));
    texts.flat_map(|texts: Array| texts.iter().map(|text| entry_of(&text)).collect::<Vec<_>>()).collect()
}

/// Words live as long as the page.
fn entry_of(text: &JsValue) -> Entry {
    if let Some(text) = text.as_string() {
        return Entry::Text(text.leak());
    }
    let forms = Object::entries(text.unchecked_ref());
    let forms = forms.iter().map(|pair| {
        let pair: Array = pair.unchecked_into();
        let part = |at| &*pair.get(at).as_string().unwrap_or_default().leak();
        (part(0), part(1))
    });
    Entry::Forms(forms.collect::<Vec<_>>().leak())
}
