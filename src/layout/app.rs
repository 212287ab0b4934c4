//! Layout of the pages behind the login.

use super::navigation::Navigation;
use super::public::Brand;
use crate::auth::session::use_session;
use crate::i18n::settings as t;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Brand, navigation and `children`. While it is mounted, the session is polled.
#[component]
pub(crate) fn AppLayout(children: Children) -> impl IntoView {
    let session = use_session();
    Effect::new(move |_| session.poll());
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        let heading = document().query_selector("main h1").ok().flatten();
        if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()) {
            _ = heading.focus();
        }
    };
    view! {
        <div class="app-layout">
            <header>
                <a class="skip-link" href="#content" on:click=skip>{t::SKIP.text()}</a>
                <Brand/>
                <Navigation/>
            </header>
            <main id="content">{children()}</main>
        </div>
    }
}
