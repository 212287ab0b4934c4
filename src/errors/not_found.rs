//! "Page not found".

use crate::i18n::not_found as t;
use crate::layout::page_heading::PageHeading;
use crate::layout::public::PublicLayout;
use leptos::prelude::*;
use rekey_wire::paths::Page;

/// Error message with a link to the home page.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! {
        <PublicLayout>
            <PageHeading text=t::HEADING/>
            <p class="lead">{t::LEAD.text()}</p>
            <p><a href=Page::Home.path()>{t::HOME.text()}</a></p>
        </PublicLayout>
    }
}
