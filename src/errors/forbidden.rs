//! "You can't open this page": the user's role does not allow it.

use crate::i18n::forbidden as t;
use crate::layout::app::AppLayout;
use crate::layout::page_heading::PageHeading;
use leptos::prelude::*;
use rekey_wire::paths::Page;

/// Error message with a link to the account.
#[component]
pub(crate) fn ForbiddenPage() -> impl IntoView {
    view! {
        <AppLayout>
            <PageHeading text=t::HEADING/>
            <p class="lead">{t::LEAD.text()}</p>
            <p><a href=Page::Account.path()>{t::ACCOUNT.text()}</a></p>
        </AppLayout>
    }
}
