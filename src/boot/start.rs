//! Browser entry point: hydrates the prerendered page, or mounts the app on a page without one.

use crate::app::App;
use crate::browser;
use crate::i18n;
use leptos::mount::{hydrate_from, mount_to};
use leptos::prelude::*;
use rekey_wire::bootstrap::BootstrapData;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Attribute of the root element that contains a prerendered page.
const PRERENDERED: &str = "data-prerendered";

/// Starts the app in the page's `<div id="app">`, then notifies `bootstrap.js`.
pub fn start() {
    #[cfg(debug_assertions)]
    std::panic::set_hook(Box::new(|info| leptos::logging::error!("{info}")));
    i18n::load();
    let bootstrap = bootstrap_data();
    let Some(root) = document().get_element_by_id("app").and_then(|root| root.dyn_into::<HtmlElement>().ok()) else { return };
    let app = move || view! { <App bootstrap/> };
    if root.has_attribute(PRERENDERED) {
        hydrate_from(root, app).forget();
    } else {
        root.set_inner_html("");
        mount_to(root, app).forget();
    }
    if let Ok(event) = web_sys::Event::new("hydrated") {
        _ = window().dispatch_event(&event);
    }
}

/// Reads `<template id="bootstrap">`. Returns `None` if the page has none or the server has not filled it in.
fn bootstrap_data() -> Option<BootstrapData> {
    serde_json::from_str(&browser::template("bootstrap")?).ok()
}
