//! What can be done with a user.

use super::page::{Asked, Desktop};
use crate::ui::icon::{Icon, Picture};
use crate::ui::live::live;
use crate::words::users as w;
use leptos::prelude::*;
use rekey_wire::users::{EmailStatus, Status, User};

/// The Reset icon; where it cannot work, why, and what mends it.
#[component]
pub(super) fn Actions(desktop: Desktop, user: Memo<Option<User>>) -> impl IntoView {
    // The cell depends on these alone: a reset that moves on must not take the focus from its button.
    let facts = Memo::new(move |_| user.with(|user| user.as_ref().map(|user| (user.name.clone(), user.email_status, user.status))));
    live(move || {
        facts.get().map(|(name, email_status, status)| {
            let mend = match email_status {
                EmailStatus::Ok => None,
                EmailStatus::Missing => Some((w::ADD_EMAIL.text(), w::ADD_EMAIL_FOR.with(&[("name", &name)]))),
                EmailStatus::Invalid | EmailStatus::Bounced => Some((w::FIX_EMAIL.text(), w::FIX_EMAIL_FOR.with(&[("name", &name)]))),
            };
            let can_reset = email_status.is_usable() && status == Status::Active;
            let warning = match (status, email_status) {
                (Status::Disabled, _) => Some(w::ACCOUNT_DISABLED.text()),
                (_, EmailStatus::Missing) => Some(w::NO_EMAIL.text()),
                (_, EmailStatus::Invalid) => Some(w::INVALID_EMAIL.text()),
                (_, EmailStatus::Bounced) => Some(w::BOUNCED.text()),
                (_, EmailStatus::Ok) => None,
            };
            view! {
                {warning.map(|word| view! { <span class="chip warn"><Icon of=Picture::Warning/>{word}</span> }.into_any())}
                {can_reset.then(|| view! { <ResetButton desktop user name/> })}
                {mend.map(|(text, label)| view! { <MendButton desktop user text label/> })}
            }
            .into_any()
        })
    })
}

#[component]
fn ResetButton(desktop: Desktop, user: Memo<Option<User>>, name: String) -> impl IntoView {
    let label = w::RESET_FOR.with(&[("name", &name)]);
    let ask = move |_| desktop.asked.set(user.get_untracked().map(Asked::Reset));
    view! {
        <button type="button" class="icon-button" aria-label=label.clone() title=label on:click=ask>
            <Icon of=Picture::Key/>
        </button>
    }
    .into_any()
}

#[component]
fn MendButton(desktop: Desktop, user: Memo<Option<User>>, text: &'static str, label: String) -> impl IntoView {
    let ask = move |_| desktop.asked.set(user.get_untracked().map(Asked::Email));
    view! { <button type="button" class="small secondary" aria-label=label on:click=ask>{text}</button> }.into_any()
}
