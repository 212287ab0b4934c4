//! What the browser does for us, in one place. Off the browser, where pages are drawn as text, each does nothing.

use leptos::prelude::{document, window};
use wasm_bindgen::JsValue;

/// Whether there is a browser to ask.
const HERE: bool = cfg!(target_arch = "wasm32");

/// Milliseconds since 1970 by the machine's clock.
#[must_use]
pub(crate) fn now() -> u64 {
    if HERE { millis(js_sys::Date::now()) } else { 0 }
}

/// The moment of an RFC 3339 or HTTP date, in milliseconds since 1970.
#[must_use]
pub(crate) fn moment(date: &str) -> Option<u64> {
    let at = if HERE { js_sys::Date::parse(date) } else { f64::NAN };
    at.is_finite().then(|| millis(at))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole milliseconds after 1970")]
fn millis(at: f64) -> u64 {
    at as u64
}

/// Unicode normal form C, as passwords are counted and sent (NIST SP 800-63B-4 section 3.1.1.2).
#[must_use]
pub(crate) fn nfc(text: &str) -> String {
    if HERE { js_sys::JsString::from(text).normalize("NFC").into() } else { text.to_owned() }
}

/// The language of the page, as `<html lang>` says.
#[must_use]
pub(crate) fn language() -> String {
    let root = if HERE { document().document_element() } else { None };
    root.and_then(|root| root.get_attribute("lang")).unwrap_or_else(|| "en".to_owned())
}

/// Names the tab.
pub(crate) fn set_title(title: &str) {
    if HERE {
        document().set_title(title);
    }
}

/// Changes what the address bar shows, without a new entry in the history.
pub(crate) fn replace_address(address: &str) {
    if let Some(history) = history() {
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
}

/// Changes what the address bar shows; "back" returns to what it showed before.
pub(crate) fn push_address(address: &str) {
    if let Some(history) = history() {
        _ = history.push_state_with_url(&JsValue::NULL, "", Some(address));
    }
}

fn history() -> Option<web_sys::History> {
    if HERE { window().history().ok() } else { None }
}

/// Loads the page anew.
pub(crate) fn reload() {
    if HERE {
        _ = window().location().reload();
    }
}

/// Whether somebody can see the page.
#[must_use]
pub(crate) fn is_visible() -> bool {
    HERE && !document().hidden()
}

/// What a reload of this tab finds again and nothing else does.
pub(crate) mod tab_store {
    use super::HERE;
    use leptos::prelude::window;

    fn store() -> Option<web_sys::Storage> {
        if HERE { window().session_storage().ok().flatten() } else { None }
    }

    /// What is kept under `key`.
    #[must_use]
    pub(crate) fn get(key: &str) -> Option<String> {
        store()?.get_item(key).ok().flatten()
    }

    /// Keeps `value` under `key`. A browser that keeps nothing forgets it at the next load.
    pub(crate) fn set(key: &str, value: &str) {
        if let Some(store) = store() {
            _ = store.set_item(key, value);
        }
    }

    /// Forgets what is kept under `key`.
    pub(crate) fn remove(key: &str) {
        if let Some(store) = store() {
            _ = store.remove_item(key);
        }
    }
}

/// The text of the page's `<template>` with this id.
#[cfg(target_arch = "wasm32")]
#[must_use]
pub(crate) fn template(id: &str) -> Option<String> {
    let found = document().get_element_by_id(id);
    wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlTemplateElement>(found?).ok()?.content().text_content()
}

/// Puts what `mount` makes in the place of what the page was drawn with, when its time has come.
#[cfg(target_arch = "wasm32")]
pub(crate) fn put_live(mount: impl FnOnce(web_sys::HtmlElement) + 'static) {
    use wasm_bindgen::prelude::{Closure, wasm_bindgen};
    #[wasm_bindgen]
    extern "C" {
        /// In `early.js`.
        #[wasm_bindgen(js_name = takeOver)]
        fn take_over(mount: JsValue);
    }
    take_over(Closure::once_into_js(mount));
}

/// Writes panics to the console, for who develops.
#[cfg(all(debug_assertions, target_arch = "wasm32"))]
pub(crate) fn report_panics() {
    std::panic::set_hook(Box::new(|info| leptos::logging::error!("{info}")));
}
