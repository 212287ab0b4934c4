//! The account's address in a form that asks for a password only, for password managers (SECURITY.md PWD-08).

use leptos::prelude::*;

/// A field that people neither see nor reach.
#[component]
pub(crate) fn Username(#[prop(into)] email: String) -> impl IntoView {
    view! {
        <input class="unseen" type="text" name="username" autocomplete="username" tabindex="-1" aria-hidden="true" readonly value=email/>
    }
    .into_any()
}
