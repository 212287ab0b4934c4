//! One thing that happened.

use crate::words::audit as w;
use crate::words::time::moment;
use leptos::prelude::*;
use rekey_wire::audit::{Action, AuditItem, Party};

/// A row of the log.
#[component]
pub(super) fn Entry(item: AuditItem) -> impl IntoView {
    let who = |party: Option<Party>| party.map_or_else(|| w::NOBODY.text().to_owned(), |party| party.name);
    let text = |text: Option<String>| text.unwrap_or_else(|| w::NOBODY.text().to_owned());
    view! {
        <tr role="row">
            <td role="cell" class="number" data-label=w::AT.text()>{moment(&item.at)}</td>
            <th scope="row" role="rowheader" data-label=w::ACTION.text()>{name_of(item.action)}</th>
            <td role="cell" data-label=w::ACTOR.text()>{who(item.actor)}</td>
            <td role="cell" data-label=w::SUBJECT.text()>{who(item.subject)}</td>
            <td role="cell" class="number" data-label=w::IP.text()>{text(item.ip)}</td>
            <td role="cell" data-label=w::DETAIL.text()>{text(item.detail)}</td>
        </tr>
    }
    .into_any()
}

fn name_of(action: Action) -> &'static str {
    let word = match action {
        Action::Login => w::LOGIN,
        Action::LoginFailed => w::LOGIN_FAILED,
        Action::LoginThrottled => w::LOGIN_THROTTLED,
        Action::Logout => w::LOGOUT,
        Action::ResetRequested => w::RESET_REQUESTED,
        Action::ResetThrottled => w::RESET_THROTTLED,
        Action::ResetMailed => w::RESET_MAILED,
        Action::ResetFailed => w::RESET_FAILED,
        Action::ResetRedeemed => w::RESET_REDEEMED,
        Action::ResetRenewed => w::RESET_RENEWED,
        Action::ResetReported => w::RESET_REPORTED,
        Action::PasswordChanged => w::PASSWORD_CHANGED,
        Action::UserCreated => w::USER_CREATED,
        Action::UserUpdated => w::USER_UPDATED,
        Action::UserDisabled => w::USER_DISABLED,
        Action::UserEnabled => w::USER_ENABLED,
        Action::UsersImported => w::USERS_IMPORTED,
        Action::SessionsEnded => w::SESSIONS_ENDED,
    };
    word.text()
}
