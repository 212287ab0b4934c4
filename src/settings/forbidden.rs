//! An agent at a page for admins.

use super::desk::Desk;
use crate::route::Route;
use crate::ui::page_heading::PageHeading;
use crate::words::forbidden as w;
use leptos::prelude::*;

/// Says so, and where to go instead.
#[component]
pub(crate) fn Forbidden() -> impl IntoView {
    view! {
        <Desk>
            <PageHeading text=w::HEADING/>
            <p class="lead">{w::LEAD.text()}</p>
            <p><a href=Route::Account.path()>{w::ACCOUNT.text()}</a></p>
        </Desk>
    }
    .into_any()
}
