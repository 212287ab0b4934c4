//! Paging of the users table.

use super::context::use_users;
use crate::i18n::{MessageId, users as t};
use leptos::prelude::*;
use rekey_wire::users::UserPage;

/// "Previous page" and "Next page".
#[component]
pub(super) fn Pager() -> impl IntoView {
    view! {
        <nav class="pager" aria-label=t::PAGES.text()>
            <PageButton name=t::PREVIOUS cursor=|page| page.previous_cursor.clone()/>
            <PageButton name=t::NEXT cursor=|page| page.next_cursor.clone()/>
        </nav>
    }
}

#[component]
fn PageButton(name: MessageId, cursor: fn(&UserPage) -> Option<String>) -> impl IntoView {
    let users = use_users();
    let target = Memo::new(move |_| users.with_page(|page| cursor(page?)));
    let open = move |_| users.set_query(|query| query.cursor = target.get_untracked());
    view! { <button type="button" class="secondary" disabled=move || target.read().is_none() on:click=open>{name.text()}</button> }
}
