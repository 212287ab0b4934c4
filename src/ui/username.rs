//! The account's address in a form that asks for a password only, for password managers (docs/security.md PWD-08).

use crate::ui::live::live;
use leptos::prelude::*;

/// A field that people neither see nor reach.
#[component]
pub(crate) fn Username(#[prop(into)] email: Signal<String>) -> impl IntoView {
    view! {
        <input class="unseen" type="text" name="username" autocomplete="username" tabindex="-1" aria-hidden="true" readonly value=live(move || email.get())/>
    }
    .into_any()
}
