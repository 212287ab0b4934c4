//! Where a person finds help, if the server names a place.

use crate::start::Start;
use crate::ui::live::live;
use crate::words::help as w;
use leptos::prelude::*;

/// "Need help? Write to …", or nothing.
#[component]
pub(crate) fn Help() -> impl IntoView {
    let start = Start::here();
    live(move || {
        start.support_email().map(|email| {
            view! {
                <p class="help">{w::LEAD.text()} " " <a href=["mailto:", &email].concat()>{email.clone()}</a></p>
            }
            .into_any()
        })
    })
}
