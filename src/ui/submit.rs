//! The button that sends a form.

use crate::ui::attempt::Attempt;
use crate::words::Word;
use leptos::prelude::*;

/// The primary button. While an attempt is pending it keeps its place and says so; `blocked` makes it impossible.
#[component]
pub(crate) fn Submit(attempt: Attempt, label: Word, busy: Word, #[prop(optional, into)] blocked: Signal<bool>) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="primary"
            class:busy=move || attempt.pending()
            aria-disabled=move || attempt.pending().then_some("true")
            disabled=move || blocked.get()
        >
            <span class="label">{label.text()}</span>
            {move || attempt.pending().then(|| view! { <span class="working"><span class="spinner"></span>{busy.text()}</span> }.into_any())}
        </button>
    }
    .into_any()
}
