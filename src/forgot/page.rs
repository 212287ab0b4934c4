//! Page for requesting a reset link.

use super::form::ForgotForm;
use crate::i18n::forgot as t;
use crate::layout::page_heading::PageHeading;
use crate::layout::public::PublicLayout;
use leptos::prelude::*;
use rekey_wire::paths::Page;

/// Heading, explanation, form.
#[component]
pub(crate) fn ForgotPage() -> impl IntoView {
    view! {
        <PublicLayout>
            <PageHeading text=t::HEADING/>
            <p class="lead">{t::LEAD.text()}</p>
            <ForgotForm/>
            <p class="aside"><a href=Page::Login.path()>{t::BACK.text()}</a></p>
        </PublicLayout>
    }
}
