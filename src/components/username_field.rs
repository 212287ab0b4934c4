//! Hidden field with the account's address, for password managers, in forms that only ask for a password (docs/security.md PWD-08).

use leptos::prelude::*;

/// A field that is neither visible nor focusable.
#[component]
pub(crate) fn UsernameField(#[prop(into)] email: Signal<String>) -> impl IntoView {
    view! {
        <input
            class="visually-hidden"
            type="text"
            name="username"
            autocomplete="username"
            tabindex="-1"
            aria-hidden="true"
            readonly
            value=move || email.get()
        />
    }
}
