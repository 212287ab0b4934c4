//! No such page.

use crate::route::Route;
use crate::ui::card::Card;
use crate::ui::page_heading::PageHeading;
use crate::words::not_found as w;
use leptos::prelude::*;

/// Says so, with a link home.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <Card>
            <PageHeading text=w::HEADING/>
            <p class="lead">{w::LEAD.text()}</p>
            <p><a href=Route::Home.path()>{w::HOME.text()}</a></p>
        </Card>
    }
    .into_any()
}
