//! Layout of the pages before the login.

use crate::config::use_config;
use crate::layout::help::Help;
use leptos::prelude::*;

/// Brand, one card with `children`, and where to find help.
#[component]
pub(crate) fn PublicLayout(children: Children) -> impl IntoView {
    view! {
        <div class="public">
            <header><Brand/></header>
            <main class="card">{children()} <Help/></main>
        </div>
    }
}

/// The service's name.
#[component]
pub(crate) fn Brand() -> impl IntoView {
    let config = use_config();
    view! { <p class="brand">{move || config.brand()}</p> }
}
