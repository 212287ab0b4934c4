//! Brand, navigation and content of a screen behind the login.

use super::navigation::Navigation;
use crate::session::Session;
use crate::ui::card::Brand;
use crate::ui::live::effect;
use crate::words::settings as w;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The frame around `children`. While it is open, the session is watched.
#[component]
pub(crate) fn Desk(children: Children) -> impl IntoView {
    let session = Session::here();
    effect(move || session.watch());
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        let heading = document().query_selector("main h1").ok().flatten();
        if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()) {
            _ = heading.focus();
        }
    };
    view! {
        <div class="desk">
            <header>
                <a class="skip" href="#content" on:click=skip>{w::SKIP.text()}</a>
                <Brand/>
                <Navigation/>
            </header>
            <main id="content">{children()}</main>
        </div>
    }
    .into_any()
}
