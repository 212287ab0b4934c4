//! The tab: mounts the app, its address, title and `sessionStorage`.

use super::page::{next_frame, wait_until};
use leptos::prelude::*;
use std::any::Any;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// The id of the element that represents the page's body.
pub(crate) const ROOT_ID: &str = "under-test";

thread_local! {
    static SHOWN: RefCell<Option<Box<dyn Any>>> = const { RefCell::new(None) };
}

/// Opens `address` in a new tab, like the address bar or a link in a mail.
pub(crate) async fn open(address: &str) {
    close();
    let store = window().session_storage().ok().flatten().expect("the browser has a store for each tab");
    store.clear().expect("the store can be emptied");
    go_to(address);
    mount();
    next_frame().await;
}

/// Reloads the page in the same tab.
pub(crate) async fn reload() {
    close();
    mount();
    next_frame().await;
}

/// Opens a link in the tab, which already shows a page of the app: only the fragment may differ.
pub(crate) fn open_in_this_tab(address: &str) {
    window().location().set_href(address).expect("the address can be opened");
}

/// Goes back one entry in the tab's history.
pub(crate) fn back() {
    window().history().and_then(|history| history.back()).expect("there is a history");
}

/// Starts the app like the browser's entry point, at the current URL.
fn mount() {
    let body = document().body().expect("the page has a body");
    let place: HtmlElement = document().create_element("div").expect("an element").unchecked_into();
    place.set_id(ROOT_ID);
    place.set_inner_html(include_str!("../../../public/sprite.svg"));
    body.append_child(&place).expect("the body takes children");
    document().document_element().expect("a document").set_attribute("lang", "en").expect("a language");
    rekey_app::install_messages(include_str!("../../../locales/en.json"));
    let shown = mount_to(place, || view! { <rekey_app::App/> }.into_any());
    SHOWN.set(Some(Box::new(shown)));
}

/// Unmounts the page, including one that a failed test left behind.
pub(crate) fn close() {
    drop(SHOWN.take());
    if let Some(place) = document().get_element_by_id(ROOT_ID) {
        place.remove();
    }
    document().set_title("");
}

fn go_to(address: &str) {
    let history = window().history().expect("there is a history");
    history.replace_state_with_url(&JsValue::NULL, "", Some(address)).expect("an address of this site");
}

/// Waits until the current URL is `address`.
pub(crate) async fn is_at(address: &str) {
    wait_until(address, || (self::address() == address).then_some(())).await;
}

/// Returns the current URL from the path on.
pub(crate) fn address() -> String {
    let location = window().location();
    let part = |part: Result<String, JsValue>| part.expect("the page has an address");
    [part(location.pathname()), part(location.search()), part(location.hash())].concat()
}

/// Waits until the document's title is `title`.
pub(crate) async fn is_titled(title: &str) {
    wait_until(&format!("title “{title}”"), || (document().title() == title).then_some(())).await;
}

/// Returns the content of `sessionStorage`.
pub(crate) fn session_storage() -> String {
    let store = window().session_storage().ok().flatten().expect("the browser has a store for each tab");
    let keys = (0..store.length().expect("a length")).filter_map(|at| store.key(at).ok().flatten());
    keys.map(|key| [&key, "=", &store.get_item(&key).ok().flatten().unwrap_or_default()].concat()).collect::<Vec<_>>().join("&")
}
