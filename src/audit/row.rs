//! One thing that happened.

use crate::i18n::audit as t;
use crate::i18n::time::date_time;
use leptos::prelude::*;
use rekey_wire::audit::{Action, AuditItem, Party};

/// A row of the log.
#[component]
pub(super) fn AuditRow(item: AuditItem) -> impl IntoView {
    let who = |party: Option<Party>| party.map_or_else(|| t::NOBODY.text().to_owned(), |party| party.name);
    let text = |text: Option<String>| text.unwrap_or_else(|| t::NOBODY.text().to_owned());
    view! {
        <tr role="row">
            <td role="cell" class="number" data-label=t::AT.text()>{date_time(&item.at)}</td>
            <th scope="row" role="rowheader" data-label=t::ACTION.text()>{name_of(item.action)}</th>
            <td role="cell" data-label=t::ACTOR.text()>{who(item.actor)}</td>
            <td role="cell" data-label=t::SUBJECT.text()>{who(item.subject)}</td>
            <td role="cell" class="number" data-label=t::IP.text()>{text(item.ip)}</td>
            <td role="cell" data-label=t::DETAIL.text()>{text(item.detail)}</td>
        </tr>
    }
    .into_any()
}

fn name_of(action: Action) -> &'static str {
    let word = match action {
        Action::Login => t::LOGIN,
        Action::LoginFailed => t::LOGIN_FAILED,
        Action::LoginThrottled => t::LOGIN_THROTTLED,
        Action::Logout => t::LOGOUT,
        Action::ResetRequested => t::RESET_REQUESTED,
        Action::ResetThrottled => t::RESET_THROTTLED,
        Action::ResetMailed => t::RESET_MAILED,
        Action::ResetFailed => t::RESET_FAILED,
        Action::ResetRedeemed => t::RESET_REDEEMED,
        Action::ResetRenewed => t::RESET_RENEWED,
        Action::ResetReported => t::RESET_REPORTED,
        Action::PasswordChanged => t::PASSWORD_CHANGED,
        Action::UserCreated => t::USER_CREATED,
        Action::UserUpdated => t::USER_UPDATED,
        Action::UserDisabled => t::USER_DISABLED,
        Action::UserEnabled => t::USER_ENABLED,
        Action::UsersImported => t::USERS_IMPORTED,
        Action::SessionsEnded => t::SESSIONS_ENDED,
    };
    word.text()
}
