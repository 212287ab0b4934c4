//! A password with its label, fault, and a button that shows it.

use crate::ui::field::Field;
use crate::ui::live::live;
use crate::ui::text_field::{Fault, fault_id};
use crate::words::{Word, password as w};
use leptos::prelude::*;

/// Which password is asked for; password managers go by it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Which {
    /// The one in use.
    Current,
    /// The one to use from now on.
    New,
}

/// A labelled password field. `described_by` is the id of what is asked of the password, where there is such a list.
#[component]
pub(crate) fn PasswordField(
    field: Field,
    id: &'static str,
    label: Word,
    which: Which,
    #[prop(optional)] described_by: Option<&'static str>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let autocomplete = match which {
        Which::Current => "current-password",
        Which::New => "new-password",
    };
    let fault_id = fault_id(id);
    let describing = {
        let fault_id = fault_id.clone();
        move || match (field.fault(), described_by) {
            (Some(_), Some(list)) => Some([&fault_id, " ", list].concat()),
            (Some(_), None) => Some(fault_id.clone()),
            (None, list) => list.map(str::to_owned),
        }
    };
    view! {
        <div class="field password">
            <label for=id>{label.text()}</label>
                <input
                    id=id
                    name=id
                    type=live(move || if shown.get() { "text" } else { "password" })
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    aria-invalid=live(move || field.fault().map(|_| "true"))
                    aria-describedby=live(describing)
                    prop:value=live(move || field.value())
                    on:input=move |event| field.input(event_target_value(&event))
                    on:blur=move |_| field.left()
                />
                <button type="button" class="quiet" aria-controls=id on:click=move |_| shown.update(|shown| *shown = !*shown)>
                    {live(move || if shown.get() { w::HIDE } else { w::SHOW }.text())}
                </button>
            <Fault field id=fault_id/>
        </div>
    }
    .into_any()
}
