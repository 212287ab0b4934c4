//! The users screen.

use super::context::{UsersContext, UsersDialog, use_users};
use super::email_dialog::EmailDialog;
use super::filters::Filters;
use super::pager::Pager;
use super::reset_dialog::ResetDialog;
use super::search::Search;
use super::table::UsersTable;
use super::updates;
use crate::components::alert::{Alert, SuccessMessage};
use crate::i18n::users as t;
use crate::layout::app::AppLayout;
use crate::layout::page_heading::PageHeading;
use leptos::prelude::*;
use rekey_wire::users::UserPage;

/// Search, filters, table, paging, and the open dialog.
#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    let users = UsersContext::provide();
    updates::subscribe(users);
    view! {
        <AppLayout>
            <PageHeading text=t::HEADING/>
            <div role="status">{move || users.success_message().map(|text| view! { <SuccessMessage text/> }.into_any())}</div>
            <div class="toolbar">
                <Search/>
                <Filters/>
            </div>
            <p class="total" aria-live="polite">{move || users.with_page(|page| page.map(total).unwrap_or_default())}</p>
            <LoadError/>
            <UsersTable/>
            <Pager/>
            {move || match users.dialog() {
                None => ().into_any(),
                Some(UsersDialog::Reset(user)) => view! { <ResetDialog user/> }.into_any(),
                Some(UsersDialog::Email(user)) => view! { <EmailDialog user/> }.into_any(),
            }}
        </AppLayout>
    }
}

/// "1,234 users", or "over …" where the server stopped counting.
fn total(page: &UserPage) -> String {
    if page.total_is_exact { t::TOTAL } else { t::TOTAL_OVER }.count(page.total)
}

/// Why there is no page for the query, with a button to try again.
#[component]
fn LoadError() -> impl IntoView {
    let users = use_users();
    view! {
        {move || match users.error() {
            None => ().into_any(),
            Some(error) => view! {
                <Alert text=error.message()/>
                <div>
                    <button type="button" class="secondary" on:click=move |_| users.refetch()>{t::TRY_AGAIN.text()}</button>
                </div>
            }
            .into_any(),
        }}
    }
}
