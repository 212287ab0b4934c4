//! The server cannot be reached at the start: instead of a screen, or above one that came with the page.

use crate::session::Session;
use crate::start::Start;
use crate::ui::alert::Alert;
use crate::ui::card::Card;
use crate::ui::icon::{Icon, Picture};
use crate::ui::page_heading::PageHeading;
use crate::words::offline as w;
use leptos::prelude::*;

/// Says so where there is nothing else to show, and lets one try again.
#[component]
pub(crate) fn Offline() -> impl IntoView {
    view! {
        <Card>
            <PageHeading text=w::HEADING/>
            <Alert text=w::LEAD/>
            <TryAgain class="primary"/>
        </Card>
    }
    .into_any()
}

/// Says so above a screen, which keeps what is typed there.
#[component]
pub(crate) fn Outage() -> impl IntoView {
    view! {
        <div class="notice danger outage" role="alert">
            <Icon of=Picture::Warning/>
            <p>{w::LEAD.text()}</p>
            <TryAgain class="secondary"/>
        </div>
    }
    .into_any()
}

#[component]
fn TryAgain(class: &'static str) -> impl IntoView {
    let start = Start::here();
    let session = Session::here();
    view! { <button type="button" class=class on:click=move |_| start.run(session)>{w::TRY_AGAIN.text()}</button> }.into_any()
}
