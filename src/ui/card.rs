//! The frame of the public screens: the brand, and one column with one thing to do.

use crate::start::Start;
use crate::ui::live::live;
use leptos::prelude::*;

/// A public screen around `children`.
#[component]
pub(crate) fn Card(children: Children) -> impl IntoView {
    view! {
        <div class="public">
            <header><Brand/></header>
            <main class="card">{children()}</main>
        </div>
    }
    .into_any()
}

/// The name of the service.
#[component]
pub(crate) fn Brand() -> impl IntoView {
    let start = Start::here();
    view! { <p class="brand">{live(move || start.brand())}</p> }.into_any()
}
