//! Submit button.

use crate::i18n::MessageId;
use leptos::prelude::*;

/// The primary button of a form. While `pending`, it keeps its size and shows `busy`. While `blocked`, it does not submit but, unlike with
/// `disabled`, keeps the focus.
#[component]
pub(crate) fn SubmitButton(
    #[prop(into)] pending: Signal<bool>,
    label: MessageId,
    busy: MessageId,
    #[prop(optional, into)] blocked: Signal<bool>,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="primary"
            class:busy=move || pending.get()
            aria-disabled=move || (pending.get() || blocked.get()).then_some("true")
            on:click=move |event| {
                // Enter in a field also clicks the button.
                if pending.get_untracked() || blocked.get_untracked() {
                    event.prevent_default();
                }
            }
        >
            <span class="label">{label.text()}</span>
            {move || pending.get().then(|| view! { <span class="busy-label"><span class="spinner"></span>{busy.text()}</span> }.into_any())}
        </button>
    }
}
