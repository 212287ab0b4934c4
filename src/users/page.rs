//! The users screen.

use crate::settings::desk::Desk;
use leptos::prelude::*;

/// Soon.
#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    view! { <Desk>""</Desk> }.into_any()
}
