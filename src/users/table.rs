//! The table itself.

use super::head::Head;
use super::list::List;
use super::page::Desktop;
use super::row::Row;
use crate::ui::live::live;
use crate::words::users as w;
use leptos::prelude::*;
use rekey_wire::users::Filter;

/// Rows of the height they will have while they are awaited.
const AWAITED: usize = 8;

/// Heads and rows; a row stays the same row while what it says changes. The roles are spelled out because on a phone
/// each row is drawn as a card, which would take them away.
#[component]
pub(super) fn UsersTable(desktop: Desktop) -> impl IntoView {
    let list = desktop.list;
    let nothing_yet = Memo::new(move |_| list.with_page(|page| page.is_none()) && list.failure().is_none());
    let nobody = Memo::new(move |_| list.with_page(|page| page.is_some_and(|page| page.items.is_empty())));
    let busy = move || if list.loading() { "true" } else { "false" };
    view! {
        <table class="users" role="table" aria-label=w::TABLE.text() aria-busy=busy>
            <Head list/>
            <tbody role="rowgroup">
                <For each=move || list.ids() key=String::clone children=move |id| view! { <Row desktop id/> }/>
            </tbody>
        </table>
        {live(move || nothing_yet.get().then(|| view! { <Awaited/> }.into_any()))}
        {live(move || nobody.get().then(|| view! { <Nobody list/> }.into_any()))}
    }
    .into_any()
}

#[component]
fn Awaited() -> impl IntoView {
    view! {
        <div class="awaited">
            <p class="unseen">{w::LOADING.text()}</p>
            {(0..AWAITED).map(|_| view! { <div></div> }.into_any()).collect_view()}
        </div>
    }
    .into_any()
}

#[component]
fn Nobody(list: List) -> impl IntoView {
    live(move || {
        let search = list.with_query(|query| query.search.trim().to_owned());
        let (text, word) = if search.is_empty() {
            (w::NOT_FOUND_IN_FILTER.text().to_owned(), w::SHOW_ALL)
        } else {
            (w::NOT_FOUND.with(&[("search", &search)]), w::CLEAR_SEARCH)
        };
        let clear = move |_| {
            list.ask(|query| {
                if query.search.trim().is_empty() {
                    query.show(Filter::All);
                } else {
                    query.find(String::new());
                }
            });
        };
        view! {
            <div class="nobody">
                <p>{text}</p>
                <button type="button" class="secondary" on:click=clear>{word.text()}</button>
            </div>
        }
        .into_any()
    })
}
