//! Showing one kind of users only.

use super::list::List;
use crate::words::users as w;
use leptos::prelude::*;
use rekey_wire::users::Filter;

/// The filters, one of them chosen.
#[component]
pub(super) fn Filters(list: List) -> impl IntoView {
    let buttons = Filter::ALL.map(|filter| view! { <Choice list filter/> }.into_any());
    view! { <div class="filters" role="group" aria-label=w::FILTER.text()>{buttons.into_iter().collect_view()}</div> }.into_any()
}

#[component]
fn Choice(list: List, filter: Filter) -> impl IntoView {
    let word = match filter {
        Filter::All => w::ALL,
        Filter::NoValidEmail => w::NO_VALID_EMAIL,
        Filter::ResetPending => w::RESET_PENDING,
        Filter::Disabled => w::DISABLED,
    };
    let pressed = move || if list.with_query(|query| query.filter == filter) { "true" } else { "false" };
    view! {
        <button type="button" class="choice" aria-pressed=pressed on:click=move |_| list.ask(|query| query.show(filter))>{word.text()}</button>
    }
    .into_any()
}
