//! The users screen.

use super::email_dialog::EmailDialog;
use super::filters::Filters;
use super::list::List;
use super::live;
use super::pager::Pager;
use super::reset_dialog::ResetDialog;
use super::search::Search;
use super::table::UsersTable;
use crate::settings::desk::Desk;
use crate::ui::alert::Alert;
use crate::ui::icon::{Icon, Picture};
use crate::ui::live::live;
use crate::ui::page_heading::PageHeading;
use crate::words::users as w;
use leptos::prelude::*;
use rekey_wire::users::User;

/// What an admin is about to do with somebody.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    /// Send them a reset link.
    Reset(User),
    /// Give them an address.
    Email(User),
}

/// What the parts of the screen share.
#[derive(Clone, Copy)]
pub(super) struct Desktop {
    /// Who is on show.
    pub(super) list: List,
    /// The dialog that is open.
    pub(super) asked: RwSignal<Option<Asked>>,
    /// What was done last.
    pub(super) done: RwSignal<Option<String>>,
}

/// Search, filters, table, pages, and the dialogs.
#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    let list = List::new();
    let desktop = Desktop { list, asked: RwSignal::new(None), done: RwSignal::new(None) };
    live::follow(list);
    let dialog = move || match desktop.asked.get() {
        None => ().into_any(),
        Some(Asked::Reset(user)) => view! { <ResetDialog desktop user/> }.into_any(),
        Some(Asked::Email(user)) => view! { <EmailDialog desktop user/> }.into_any(),
    };
    let total =
        move || list.with_page(|page| page.map(|page| if page.total_is_exact { w::TOTAL } else { w::TOTAL_OVER }.count(page.total)));
    view! {
        <Desk>
            <PageHeading text=w::HEADING/>
            <div role="status">{live(move || desktop.done.get().map(|done| view! { <Done text=done/> }.into_any()))}</div>
            <div class="toolbar">
                <Search list/>
                <Filters list/>
            </div>
            <p class="total" aria-live="polite">{total}</p>
            {live(move || list.failure().map(|error| view! { <Failed list text=error.words()/> }.into_any()))}
            <UsersTable desktop/>
            <Pager list/>
            {dialog}
        </Desk>
    }
    .into_any()
}

#[component]
fn Done(text: String) -> impl IntoView {
    view! {
        <div class="notice ok">
            <Icon of=Picture::Check/>
            <p>{text}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Failed(list: List, text: &'static str) -> impl IntoView {
    view! {
        <Alert text/>
        <div>
            <button type="button" class="secondary" on:click=move |_| list.load()>{w::TRY_AGAIN.text()}</button>
        </div>
    }
    .into_any()
}
