//! Header of the users table.

use super::context::use_users;
use crate::components::icon::{Icon, IconName};
use crate::i18n::{MessageId, users as t};
use leptos::prelude::*;
use rekey_wire::users::SortKey;

/// The header row.
#[component]
pub(super) fn Header() -> impl IntoView {
    view! {
        <thead role="rowgroup">
            <tr role="row">
                <SortableHeaderCell key=SortKey::Name name=t::NAME/>
                <SortableHeaderCell key=SortKey::Email name=t::EMAIL/>
                <SortableHeaderCell key=SortKey::Extension name=t::EXTENSION/>
                <HeaderCell name=t::ROLE/>
                <SortableHeaderCell key=SortKey::LastLogin name=t::LAST_LOGIN/>
                <HeaderCell name=t::PASSWORD_RESET/>
                <HeaderCell name=t::ACTIONS/>
            </tr>
        </thead>
    }
}

#[component]
fn HeaderCell(name: MessageId) -> impl IntoView {
    view! { <th scope="col" role="columnheader">{name.text()}</th> }
}

#[component]
fn SortableHeaderCell(key: SortKey, name: MessageId) -> impl IntoView {
    let users = use_users();
    let descending = Memo::new(move |_| users.with_query(|query| (query.sort.key == key).then_some(query.sort.descending)));
    let order = move || match descending.get() {
        None => ("none", IconName::UpDown),
        Some(false) => ("ascending", IconName::Up),
        Some(true) => ("descending", IconName::Down),
    };
    let sort = move |_| users.set_query(|query| query.sort_by(key));
    view! {
        <th scope="col" role="columnheader" aria-sort=move || order().0>
            <button type="button" class="sort-button" on:click=sort>{name.text()} {move || view! { <Icon name=order().1/> }.into_any()}</button>
        </th>
    }
}
