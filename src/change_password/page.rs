//! Page for changing the password.

use super::form::ChangePasswordForm;
use crate::i18n::change_password as t;
use crate::layout::app::AppLayout;
use crate::layout::page_heading::PageHeading;
use leptos::prelude::*;
use rekey_wire::paths::Page;

/// Heading, form, and a link back to the account.
#[component]
pub(crate) fn ChangePasswordPage() -> impl IntoView {
    view! {
        <AppLayout>
            <PageHeading text=t::HEADING/>
            <ChangePasswordForm/>
            <p class="aside"><a href=Page::Account.path()>{t::BACK.text()}</a></p>
        </AppLayout>
    }
}
