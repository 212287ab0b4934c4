//! Messages of the browser build, read from the page.

use super::{Entry, MessageId};
use js_sys::{Array, JSON, Object};
use std::cell::{OnceCell, RefCell};
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static LANGUAGE: OnceCell<Language> = const { OnceCell::new() };
}

/// A language file. Texts are copied from JavaScript on first use.
struct Language {
    texts: Array,
    read: RefCell<Vec<Option<Entry>>>,
}

/// Sets the language file, for tests. Only the first call has an effect; without one, the page's own file is used.
pub fn install(json: &str) {
    LANGUAGE.with(|language| _ = language.set(Language::new(json)));
}

/// Parses the page's `<template id="messages">` before the first render.
pub(crate) fn load() {
    LANGUAGE.with(|language| _ = loaded(language));
}

pub(super) fn entry(message: MessageId) -> Entry {
    LANGUAGE.with(|language| loaded(language).entry(message))
}

fn loaded(language: &OnceCell<Language>) -> &Language {
    language.get_or_init(|| Language::new(&crate::browser::template("messages").unwrap_or_default()))
}

pub(super) fn plural_category(count: u64) -> String {
    let rules = js_sys::Intl::PluralRules::new(&Array::of1(&crate::browser::language().into()), &Object::new());
    #[expect(clippy::cast_precision_loss, reason = "JavaScript has no other numbers")]
    rules.select(count as f64).into()
}

impl Language {
    fn new(json: &str) -> Self {
        let screens = Object::values(JSON::parse(json).unwrap_or_else(|_| Object::new().into()).unchecked_ref());
        let texts = screens.iter().fold(Array::new(), |texts: Array, screen: JsValue| {
            let own: Array = Object::values(screen.unchecked_ref());
            texts.concat(&own)
        });
        let read = RefCell::new(vec![None; texts.length() as usize]);
        Self { texts, read }
    }

    fn entry(&self, MessageId(index): MessageId) -> Entry {
        let mut read = self.read.borrow_mut();
        let text = read.get_mut(usize::from(index)).map(|text| *text.get_or_insert_with(|| entry_of(&self.texts.get(index.into()))));
        text.unwrap_or(Entry::Text(""))
    }
}

/// Messages are leaked: they live as long as the page.
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
