//! The button that sends a form.

use crate::ui::attempt::Attempt;
use crate::ui::live::live;
use crate::words::Word;
use leptos::prelude::*;

/// The primary button. While an attempt is pending it keeps its place and says so. `blocked` stops it for a while; it
/// keeps the focus, unlike a button that the browser disables.
#[component]
pub(crate) fn Submit(attempt: Attempt, label: Word, busy: Word, #[prop(optional, into)] blocked: Signal<bool>) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="primary"
            class:busy=live(move || attempt.pending())
            aria-disabled=live(move || (attempt.pending() || blocked.get()).then_some("true"))
            on:click=move |event| {
                // The Enter key in a field clicks it too.
                if blocked.get_untracked() {
                    event.prevent_default();
                }
            }
        >
            <span class="label">{label.text()}</span>
            {live(move || attempt.pending().then(|| view! { <span class="working"><span class="spinner"></span>{busy.text()}</span> }.into_any()))}
        </button>
    }
    .into_any()
}
