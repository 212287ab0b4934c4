//! Password field with a button that shows the password.

use crate::components::field::{Field, FieldError, error_id};
use crate::i18n::{MessageId, password as t};
use leptos::prelude::*;

/// Kind of password, as a hint for password managers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum PasswordKind {
    /// The current one.
    Current,
    /// A new one.
    New,
}

/// A labelled password field. `described_by` is the id of the list of requirements, if there is one.
#[component]
pub(crate) fn PasswordField(
    field: Field,
    id: &'static str,
    label: MessageId,
    kind: PasswordKind,
    #[prop(optional)] described_by: Option<&'static str>,
) -> impl IntoView {
    let is_visible = RwSignal::new(false);
    let autocomplete = match kind {
        PasswordKind::Current => "current-password",
        PasswordKind::New => "new-password",
    };
    view! {
        <div class="field password">
            <label for=id>{label.text()}</label>
            <input
                node_ref=field.node_ref()
                id=id
                name=id
                type=move || if is_visible.get() { "text" } else { "password" }
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required
                aria-invalid=move || field.error().map(|_| "true")
                aria-describedby=move || match (field.error(), described_by) {
                    (Some(_), Some(list)) => Some([&error_id(id), " ", list].concat()),
                    (Some(_), None) => Some(error_id(id)),
                    (None, list) => list.map(str::to_owned),
                }
                on:input=move |_| field.on_input()
                on:blur=move |_| field.on_blur()
            />
            <button type="button" class="button-ghost" aria-controls=id on:click=move |_| is_visible.update(|is_visible| *is_visible = !*is_visible)>
                {move || if is_visible.get() { t::HIDE } else { t::SHOW }.text()}
            </button>
            <FieldError field id=error_id(id)/>
        </div>
    }
}
