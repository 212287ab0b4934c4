//! The heads of the columns; some sort.

use super::list::List;
use crate::ui::icon::{Icon, Picture};
use crate::words::Word;
use crate::words::users as w;
use leptos::prelude::*;
use rekey_wire::users::SortKey;

/// The row of column heads.
#[component]
pub(super) fn Head(list: List) -> impl IntoView {
    view! {
        <thead role="rowgroup">
            <tr role="row">
                <Sorting list key=SortKey::Name name=w::NAME/>
                <Sorting list key=SortKey::Email name=w::EMAIL/>
                <Sorting list key=SortKey::Extension name=w::EXTENSION/>
                <Plain name=w::ROLE/>
                <Sorting list key=SortKey::LastLogin name=w::LAST_LOGIN/>
                <Plain name=w::PASSWORD_RESET/>
                <Plain name=w::ACTIONS/>
            </tr>
        </thead>
    }
    .into_any()
}

#[component]
fn Plain(name: Word) -> impl IntoView {
    view! { <th scope="col" role="columnheader" class="plain">{name.text()}</th> }.into_any()
}

#[component]
fn Sorting(list: List, key: SortKey, name: Word) -> impl IntoView {
    let order = Memo::new(move |_| list.with_query(|query| (query.sort.key == key).then_some(query.sort.descending)));
    let aria_sort = move || match order.get() {
        None => "none",
        Some(false) => "ascending",
        Some(true) => "descending",
    };
    let arrow = move || {
        let picture = match order.get() {
            None => Picture::UpDown,
            Some(false) => Picture::Up,
            Some(true) => Picture::Down,
        };
        view! { <Icon of=picture/> }
    };
    view! {
        <th scope="col" role="columnheader" aria-sort=aria_sort>
            <button type="button" class="sort" on:click=move |_| list.ask(|query| query.order_by(key))>{name.text()} {arrow}</button>
        </th>
    }
    .into_any()
}
