//! Where to find help, if the server names an address.

use crate::config::use_config;
use crate::i18n::help as t;
use leptos::prelude::*;

/// "Need help? Write to …", or nothing.
#[component]
pub(crate) fn Help() -> impl IntoView {
    let config = use_config();
    // The prerendered HTML has no address: it is shown after hydration.
    let is_hydrated = RwSignal::new(false);
    Effect::new(move |_| is_hydrated.set(true));
    let email = move || if is_hydrated.get() { config.support_email() } else { None };
    view! {
        {move || {
            email().map(|email| {
                let href = ["mailto:", &email].concat();
                view! { <p class="help">{t::LEAD.text()} " " <a href=href>{email}</a></p> }.into_any()
            })
        }}
    }
}
