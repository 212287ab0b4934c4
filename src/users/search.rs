//! Finding somebody as one types.

use super::list::List;
use crate::ui::live::live;
use crate::words::users as w;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use std::time::Duration;

/// How long after the last key the search begins.
const PAUSE: Duration = Duration::from_millis(200);

/// The search field. It keeps what is typed whatever the list does.
#[component]
pub(super) fn Search(list: List) -> impl IntoView {
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(Some(timer)) = timer.try_update_value(Option::take) {
            timer.clear();
        }
    };
    let find_soon = move |event| {
        let typed = event_target_value(&event);
        stop();
        timer.set_value(set_timeout_with_handle(move || list.ask(|query| query.find(typed)), PAUSE).ok());
    };
    on_cleanup(stop);
    view! {
        <form role="search" class="field" on:submit=|event| event.prevent_default()>
            <label for="search">{w::SEARCH.text()}</label>
            <input
                id="search"
                type="search"
                autocomplete="off"
                spellcheck="false"
                aria-describedby="search-hint"
                prop:value=live(move || list.with_query(|query| query.search.clone()))
                on:input=find_soon
            />
            <p id="search-hint" class="hint">{w::SEARCH_HINT.text()}</p>
        </form>
    }
    .into_any()
}
