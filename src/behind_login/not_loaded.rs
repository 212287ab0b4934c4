//! The screens behind the login could not be fetched: no network, or another version of the pages is served by now.

use crate::api;
use crate::browser;
use crate::ui::alert::Alert;
use crate::ui::attempt::Attempt;
use crate::ui::card::Card;
use crate::ui::live::live;
use crate::ui::page_heading::PageHeading;
use crate::words::{not_loaded as w, offline};
use leptos::prelude::*;

/// Says so. Trying again loads the whole page anew, as it is served by now; nothing was typed here. As long as no server
/// is heard, this page is better than what the browser would show.
#[component]
pub(super) fn NotLoaded() -> impl IntoView {
    let attempt = Attempt::new();
    let again = move |_| {
        attempt.run(async {
            api::session().await?;
            browser::reload();
            Ok(())
        });
    };
    let reason = move || attempt.error().map_or(w::LEAD.text(), |error| error.words());
    view! {
        <Card>
            <PageHeading text=w::HEADING/>
            {live(move || view! { <Alert text=reason()/> }.into_any())}
            <button type="button" class="primary" on:click=again>{offline::TRY_AGAIN.text()}</button>
        </Card>
    }
    .into_any()
}
