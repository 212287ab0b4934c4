//! A line of text with its label, hint and fault.

use crate::ui::field::Field;
use crate::ui::icon::{Icon, Picture};
use crate::ui::live::live;
use crate::words::Word;
use leptos::prelude::*;

/// What a text field is for; browsers and password managers go by it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    /// The address one logs in with.
    Username,
    /// An address of somebody else.
    OthersEmail,
}

/// A labelled text field.
#[component]
pub(crate) fn TextField(field: Field, id: &'static str, label: Word, purpose: Purpose) -> impl IntoView {
    let autocomplete = match purpose {
        Purpose::Username => "username",
        Purpose::OthersEmail => "off",
    };
    let fault_id = fault_id(id);
    view! {
        <div class="field">
            <label for=id>{label.text()}</label>
            <input
                id=id
                name=id
                type="email"
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required
                aria-invalid=live(move || field.fault().map(|_| "true"))
                aria-describedby={
                    let fault_id = fault_id.clone();
                    live(move || field.fault().map(|_| fault_id.clone()))
                }
                prop:value=live(move || field.value())
                on:input=move |event| field.input(event_target_value(&event))
                on:blur=move |_| field.left()
            />
            <Fault field id=fault_id/>
        </div>
    }
    .into_any()
}

/// What is wrong with a field, under it.
#[component]
pub(crate) fn Fault(field: Field, id: String) -> impl IntoView {
    let id = StoredValue::new(id);
    live(move || {
        field.fault().map(|fault| {
            view! {
                <p class="fault" id=id.get_value()>
                    <Icon of=Picture::Warning/>
                    <span>{fault}</span>
                </p>
            }
            .into_any()
        })
    })
}

/// The id of the reason that a field's `aria-describedby` names.
#[must_use]
pub(crate) fn fault_id(id: &str) -> String {
    [id, "-fault"].concat()
}
