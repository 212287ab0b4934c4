//! One page of users after the other.

use super::list::List;
use crate::ui::live::live;
use crate::words::Word;
use crate::words::users as w;
use leptos::prelude::*;
use rekey_wire::users::UserPage;

/// "Previous page" and "Next page", where there is more than one.
#[component]
pub(super) fn Pager(list: List) -> impl IntoView {
    view! {
        <nav class="pager" aria-label=w::PAGES.text()>
            <Turn list word=w::PREVIOUS cursor=|page| page.previous_cursor.clone()/>
            <Turn list word=w::NEXT cursor=|page| page.next_cursor.clone()/>
        </nav>
    }
    .into_any()
}

#[component]
fn Turn(list: List, word: Word, cursor: fn(&UserPage) -> Option<String>) -> impl IntoView {
    let to = Memo::new(move |_| list.with_page(|page| cursor(page?)));
    view! {
        <button
            type="button"
            class="secondary"
            disabled=live(move || to.with(Option::is_none))
            on:click=move |_| list.ask(|query| query.cursor = to.get_untracked())
        >
            {word.text()}
        </button>
    }
    .into_any()
}
