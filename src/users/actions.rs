//! Actions on a user.

use super::context::{UsersDialog, use_users};
use crate::components::icon::{Icon, IconName};
use crate::i18n::users as t;
use leptos::prelude::*;
use rekey_wire::users::{EmailStatus, Status, User};

/// The reset button; where a reset is impossible, the reason and the button that fixes it.
#[component]
pub(super) fn Actions(user: Memo<Option<User>>) -> impl IntoView {
    // What the cell depends on: other changes, such as of the reset, must not take the focus from a button.
    let shown = Memo::new(move |_| user.with(|user| user.as_ref().map(|user| (user.name.clone(), user.email_status, user.status))));
    let buttons = move || {
        shown.get().map(|(name, email_status, status)| {
            let fix = match email_status {
                EmailStatus::Ok => None,
                EmailStatus::Missing => Some((t::ADD_EMAIL.text(), t::ADD_EMAIL_FOR.format(&[("name", &name)]))),
                EmailStatus::Invalid | EmailStatus::Bounced => Some((t::FIX_EMAIL.text(), t::FIX_EMAIL_FOR.format(&[("name", &name)]))),
            };
            let warning = match (status, email_status) {
                (Status::Disabled, _) => Some(t::ACCOUNT_DISABLED),
                (Status::Active, EmailStatus::Missing) => Some(t::NO_EMAIL),
                (Status::Active, EmailStatus::Invalid) => Some(t::INVALID_EMAIL),
                (Status::Active, EmailStatus::Bounced) => Some(t::BOUNCED),
                (Status::Active, EmailStatus::Ok) => None,
            };
            let can_reset = email_status.is_usable() && status == Status::Active;
            view! {
                {warning.map(|text| view! { <span class="chip warn"><Icon name=IconName::Warning/>{text.text()}</span> })}
                {can_reset.then(|| view! { <ResetButton user name/> })}
                {fix.map(|(text, label)| view! { <FixEmailButton user text label/> })}
            }
            .into_any()
        })
    };
    view! { {move || buttons()} }
}

#[component]
fn ResetButton(user: Memo<Option<User>>, name: String) -> impl IntoView {
    let users = use_users();
    let label = t::RESET_FOR.format(&[("name", &name)]);
    let open = move |_| {
        if let Some(user) = user.get_untracked() {
            users.open_dialog(UsersDialog::Reset(user));
        }
    };
    view! {
        <button type="button" class="icon-button" aria-label=label.clone() title=label on:click=open>
            <Icon name=IconName::Key/>
        </button>
    }
}

#[component]
fn FixEmailButton(user: Memo<Option<User>>, text: &'static str, label: String) -> impl IntoView {
    let users = use_users();
    let open = move |_| {
        if let Some(user) = user.get_untracked() {
            users.open_dialog(UsersDialog::Email(user));
        }
    };
    view! { <button type="button" class="button-small secondary" aria-label=label on:click=open>{text}</button> }
}
