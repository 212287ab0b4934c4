//! Email field.

use crate::components::field::{Field, FieldError, error_id};
use crate::i18n::MessageId;
use leptos::prelude::*;

/// A labelled email field. `autocomplete` is `username` for the login address.
#[component]
pub(crate) fn EmailField(
    field: Field,
    id: &'static str,
    label: MessageId,
    autocomplete: &'static str,
    /// The initial value.
    #[prop(optional_no_strip)]
    initial: Option<String>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label.text()}</label>
            <input
                node_ref=field.node_ref()
                id=id
                name=id
                type="email"
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required
                value=initial
                aria-invalid=move || field.error().map(|_| "true")
                aria-describedby=move || field.error().map(|_| error_id(id))
                on:input=move |_| field.on_input()
                on:blur=move |_| field.on_blur()
            />
            <FieldError field id=error_id(id)/>
        </div>
    }
}
