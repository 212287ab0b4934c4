//! The server cannot be reached at the start.

use crate::session::Session;
use crate::start::Start;
use crate::ui::alert::Alert;
use crate::ui::card::Card;
use crate::ui::page_heading::PageHeading;
use crate::words::offline as w;
use leptos::prelude::*;

/// Says so, and lets one try again.
#[component]
pub(crate) fn Offline() -> impl IntoView {
    let start = Start::here();
    let session = Session::here();
    view! {
        <Card>
            <PageHeading text=w::HEADING/>
            <Alert text=w::LEAD/>
            <button type="button" class="primary" on:click=move |_| start.run(session)>{w::TRY_AGAIN.text()}</button>
        </Card>
    }
    .into_any()
}
