//! Filters of the users table.

use super::context::use_users;
use crate::i18n::users as t;
use leptos::prelude::*;
use rekey_wire::users::Filter;

/// One button per filter; the current one is pressed.
#[component]
pub(super) fn Filters() -> impl IntoView {
    let buttons = Filter::ALL.map(|filter| view! { <FilterButton filter/> });
    view! { <div class="filters" role="group" aria-label=t::FILTER.text()>{buttons.into_iter().collect_view()}</div> }
}

#[component]
fn FilterButton(filter: Filter) -> impl IntoView {
    let users = use_users();
    let name = match filter {
        Filter::All => t::ALL,
        Filter::NoValidEmail => t::NO_VALID_EMAIL,
        Filter::ResetPending => t::RESET_PENDING,
        Filter::Disabled => t::DISABLED,
    };
    let set_filter = move |_| users.set_query(|query| query.set_filter(filter));
    view! {
        <button
            type="button"
            class="filter-button"
            aria-pressed=move || if users.with_query(|query| query.filter == filter) { "true" } else { "false" }
            on:click=set_filter
        >
            {name.text()}
        </button>
    }
}
