//! Browser APIs without an equivalent in the crates used. Outside a browser (prerendering) they do nothing.

use leptos::prelude::{document, window};

/// Whether this is the browser build.
const IS_BROWSER: bool = cfg!(target_arch = "wasm32");

/// Returns the local time in milliseconds since 1970.
#[must_use]
pub(crate) fn now() -> u64 {
    if IS_BROWSER { millis(js_sys::Date::now()) } else { 0 }
}

/// Parses an RFC 3339 or HTTP date into milliseconds since 1970.
#[must_use]
pub(crate) fn parse_date(date: &str) -> Option<u64> {
    let at = if IS_BROWSER { js_sys::Date::parse(date) } else { f64::NAN };
    at.is_finite().then(|| millis(at))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole milliseconds after 1970")]
fn millis(at: f64) -> u64 {
    at as u64
}

/// Normalizes text to NFC, in which passwords are counted and sent (NIST SP 800-63B-4 section 3.1.1.2).
#[must_use]
pub(crate) fn nfc(text: &str) -> String {
    if IS_BROWSER { js_sys::JsString::from(text).normalize("NFC").into() } else { text.to_owned() }
}

/// Returns the language of the page, from `<html lang>`.
#[must_use]
pub(crate) fn language() -> String {
    let root = if IS_BROWSER { document().document_element() } else { None };
    root.and_then(|root| root.get_attribute("lang")).unwrap_or_else(|| "en".to_owned())
}

/// Reloads the page.
pub(crate) fn reload() {
    if IS_BROWSER {
        _ = window().location().reload();
    }
}

/// Returns whether the page is visible.
#[must_use]
pub(crate) fn is_visible() -> bool {
    IS_BROWSER && !document().hidden()
}

/// `sessionStorage`, which belongs to this tab and survives a reload. Does nothing if the browser blocks it.
pub(crate) mod session_storage {
    use super::IS_BROWSER;
    use leptos::prelude::window;

    fn storage() -> Option<web_sys::Storage> {
        if IS_BROWSER { window().session_storage().ok().flatten() } else { None }
    }

    /// Loads the value of `key`.
    #[must_use]
    pub(crate) fn load(key: &str) -> Option<String> {
        storage()?.get_item(key).ok().flatten()
    }

    /// Saves `value` under `key`.
    pub(crate) fn save(key: &str, value: &str) {
        if let Some(storage) = storage() {
            _ = storage.set_item(key, value);
        }
    }

    /// Removes `key`.
    pub(crate) fn clear(key: &str) {
        if let Some(storage) = storage() {
            _ = storage.remove_item(key);
        }
    }
}

/// Returns the text of the page's `<template>` with this id.
#[cfg(target_arch = "wasm32")]
#[must_use]
pub(crate) fn template(id: &str) -> Option<String> {
    let found = document().get_element_by_id(id);
    wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlTemplateElement>(found?).ok()?.content().text_content()
}
