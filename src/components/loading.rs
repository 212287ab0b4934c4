//! Loading indicator.

use crate::i18n::loading as t;
use leptos::prelude::*;
use leptos_meta::Title;

/// Loading indicator. Identical to the markup in `index.html`, so mounting causes no visible change.
#[component]
pub(crate) fn LoadingIndicator() -> impl IntoView {
    view! {
        <Title text=t::LOADING.text()/>
        <main class="wait" aria-busy="true"><p class="loading" role="status">{t::LOADING.text()}</p></main>
    }
}
