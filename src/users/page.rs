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

/// Search, filters, table, paging, and the open dialog.
#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    let users = UsersContext::provide();
    updates::subscribe(users);
    let total =
        move || users.with_page(|page| page.map(|page| if page.total_is_exact { t::TOTAL } else { t::TOTAL_OVER }.count(page.total)));
    let dialog = move || {
        users.dialog().map(|dialog| match dialog {
            UsersDialog::Reset(user) => view! { <ResetDialog user/> }.into_any(),
            UsersDialog::Email(user) => view! { <EmailDialog user/> }.into_any(),
        })
    };
    view! {
        <AppLayout>
            <PageHeading text=t::HEADING/>
            <div role="status">{move || users.success_message().map(|text| view! { <SuccessMessage text/> })}</div>
            <div class="toolbar">
                <Search/>
                <Filters/>
            </div>
            <p class="total" aria-live="polite">{total}</p>
            <LoadError/>
            <UsersTable/>
            <Pager/>
            {dialog}
        </AppLayout>
    }
}

/// Why there is no page for the query, with a button to try again.
#[component]
fn LoadError() -> impl IntoView {
    let users = use_users();
    move || {
        users.error().map(|error| {
            view! {
                <Alert text=error.message()/>
                <div>
                    <button type="button" class="secondary" on:click=move |_| users.refetch()>{t::TRY_AGAIN.text()}</button>
                </div>
            }
        })
    }
}
