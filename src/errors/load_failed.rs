//! The lazy chunk failed to load: offline, or a newer version of the pages has been deployed.

use crate::api;
use crate::browser;
use crate::components::alert::{Alert, action_error};
use crate::i18n::{load_failed as t, offline};
use crate::layout::page_heading::PageHeading;
use crate::layout::public::PublicLayout;
use leptos::prelude::*;

/// Error message. "Try again" reloads the page, but only once the server responds: otherwise the browser would replace this page by its own error
/// page.
#[component]
pub(crate) fn LoadFailedPage() -> impl IntoView {
    let reach = Action::new_unsync(|(): &()| api::session());
    let error = action_error(reach);
    let value = reach.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(_)))) {
            browser::reload();
        }
    });
    let retry = move |_| {
        reach.dispatch(());
    };
    view! {
        <PublicLayout>
            <PageHeading text=t::HEADING/>
            {move || {
                let text = error.get().map_or(t::LEAD.text(), |error| error.message());
                view! { <Alert text/> }
            }}
            <button type="button" class="primary" on:click=retry>{offline::TRY_AGAIN.text()}</button>
        </PublicLayout>
    }
}
