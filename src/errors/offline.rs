//! Offline: the server cannot be reached at startup.

use crate::components::alert::Alert;
use crate::components::icon::{Icon, IconName};
use crate::i18n::offline as t;
use crate::layout::page_heading::PageHeading;
use crate::layout::public::PublicLayout;
use crate::startup::use_startup;
use leptos::prelude::*;

/// Replaces the page when there is no data to show.
#[component]
pub(crate) fn OfflinePage() -> impl IntoView {
    view! {
        <PublicLayout>
            <PageHeading text=t::HEADING/>
            <Alert text=t::LEAD/>
            <TryAgain class="primary"/>
        </PublicLayout>
    }
}

/// Shown above a page, which keeps its input.
#[component]
pub(crate) fn OfflineBanner() -> impl IntoView {
    view! {
        <div class="notice danger offline-banner" role="alert">
            <Icon name=IconName::Warning/>
            <p>{t::LEAD.text()}</p>
            <TryAgain class="secondary"/>
        </div>
    }
}

#[component]
fn TryAgain(class: &'static str) -> impl IntoView {
    let startup = use_startup();
    view! { <button type="button" class=class on:click=move |_| startup.run()>{t::TRY_AGAIN.text()}</button> }
}
