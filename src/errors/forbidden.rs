//! "You can't open this page": the role of the signed-in user does not allow it.

use crate::i18n::forbidden as t;
use crate::layout::app::AppLayout;
use crate::layout::page_heading::PageHeading;
use leptos::prelude::*;
use rekey_wire::paths::Page;

/// Says so, with a link to the account.
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
