//! Between two screens, or before the first one: nothing that could be mistaken for a screen.

use crate::words::wait as w;
use leptos::prelude::*;

/// A quiet sign that something is coming: what `index.html` shows before there is anything, so that nothing changes as
/// long as nothing has come.
#[component]
pub(crate) fn Wait() -> impl IntoView {
    view! { <main class="wait" aria-busy="true"><p class="loading" role="status">{w::LOADING.text()}</p></main> }.into_any()
}
