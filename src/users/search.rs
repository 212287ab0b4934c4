//! Search field of the users table.

use super::context::use_users;
use crate::i18n::users as t;
use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use std::time::Duration;

/// How long after the last keystroke the search starts.
const SEARCH_DEBOUNCE: Duration = Duration::from_millis(200);

/// Searches while typing.
#[component]
pub(super) fn Search() -> impl IntoView {
    let users = use_users();
    let mut set_search = debounce(SEARCH_DEBOUNCE, move |typed| users.set_query(|query| query.set_search(typed)));
    view! {
        <form role="search" class="field" on:submit=|event| event.prevent_default()>
            <label for="search">{t::SEARCH.text()}</label>
            <input
                id="search"
                type="search"
                autocomplete="off"
                spellcheck="false"
                aria-describedby="search-hint"
                prop:value=move || users.with_query(|query| query.search.clone())
                on:input:target=move |event| set_search(event.target().value())
            />
            <p id="search-hint" class="hint">{t::SEARCH_HINT.text()}</p>
        </form>
    }
}
