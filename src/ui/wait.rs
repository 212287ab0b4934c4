//! Between two screens, or before the first one: nothing that could be mistaken for a screen.

use leptos::prelude::*;

/// A quiet sign that something is coming.
#[component]
pub(crate) fn Wait() -> impl IntoView {
    view! { <main class="wait" aria-busy="true"><span class="spinner"></span></main> }.into_any()
}
