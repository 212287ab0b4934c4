//! The users table.

use super::context::use_users;
use super::header::Header;
use super::row::Row;
use crate::i18n::users as t;
use leptos::prelude::*;
use rekey_wire::users::Filter;

/// How many rows the skeleton has.
const SKELETON_ROWS: usize = 8;

/// The table; a row is kept while its content changes. The roles are explicit because the card layout of phones
/// (`display: block`) would remove them.
#[component]
pub(super) fn UsersTable() -> impl IntoView {
    let users = use_users();
    let is_first_load = Memo::new(move |_| users.with_page(|page| page.is_none()) && users.error().is_none());
    let is_empty = Memo::new(move |_| users.with_page(|page| page.is_some_and(|page| page.items.is_empty())));
    view! {
        <table class="table" role="table" aria-label=t::TABLE.text() aria-busy=move || if users.is_loading() { "true" } else { "false" }>
            <Header/>
            <tbody role="rowgroup">
                <For each=move || users.ids() key=String::clone children=|id| view! { <Row id/> }/>
            </tbody>
        </table>
        {move || is_first_load.get().then(|| view! { <TableSkeleton/> }.into_any())}
        {move || is_empty.get().then(|| view! { <EmptyState/> }.into_any())}
    }
}

/// Placeholder of the rows' height, so that the layout does not shift when they arrive.
#[component]
fn TableSkeleton() -> impl IntoView {
    view! {
        <div class="table-skeleton">
            <p class="visually-hidden">{t::LOADING.text()}</p>
            {(0..SKELETON_ROWS).map(|_| view! { <div></div> }).collect_view()}
        </div>
    }
}

/// No user matches, with a button that drops the search, or else the filter.
#[component]
fn EmptyState() -> impl IntoView {
    let users = use_users();
    let search = move || users.with_query(|query| query.search.trim().to_owned());
    let text = move || match search().as_str() {
        "" => t::NOT_FOUND_IN_FILTER.text().to_owned(),
        search => t::NOT_FOUND.format(&[("search", search)]),
    };
    let reset = move |_| {
        users.set_query(|query| {
            if query.search.trim().is_empty() {
                query.set_filter(Filter::All);
            } else {
                query.set_search(String::new());
            }
        });
    };
    view! {
        <div class="empty-state">
            <p>{move || text()}</p>
            <button type="button" class="secondary" on:click=reset>
                {move || if search().is_empty() { t::SHOW_ALL } else { t::CLEAR_SEARCH }.text()}
            </button>
        </div>
    }
}
