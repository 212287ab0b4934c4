//! A row of the audit log.

use crate::i18n::audit as t;
use crate::i18n::time::date_time;
use leptos::prelude::*;
use rekey_wire::audit::{Action, AuditItem, UserRef};

/// What happened, when, by whom, to whom, and from where.
#[component]
pub(super) fn AuditRow(item: AuditItem) -> impl IntoView {
    let name = |user: Option<UserRef>| user.map_or_else(|| t::NOBODY.text().to_owned(), |user| user.name);
    let text = |text: Option<String>| text.unwrap_or_else(|| t::NOBODY.text().to_owned());
    view! {
        <tr role="row">
            <td role="cell" class="number" data-label=t::AT.text()>{date_time(&item.at)}</td>
            <th scope="row" role="rowheader" data-label=t::ACTION.text()>{action_name(item.action)}</th>
            <td role="cell" data-label=t::ACTOR.text()>{name(item.actor)}</td>
            <td role="cell" data-label=t::SUBJECT.text()>{name(item.subject)}</td>
            <td role="cell" class="number" data-label=t::IP.text()>{text(item.ip)}</td>
            <td role="cell" data-label=t::DETAIL.text()>{text(item.detail)}</td>
        </tr>
    }
}

fn action_name(action: Action) -> &'static str {
    let message = match action {
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
        Action::UserDeleted => t::USER_DELETED,
        Action::UsersImported => t::USERS_IMPORTED,
        Action::UsersExported => t::USERS_EXPORTED,
        Action::SessionsEnded => t::SESSIONS_ENDED,
        Action::SecretViewed => t::SECRET_VIEWED,
        Action::SecretChanged => t::SECRET_CHANGED,
        Action::BatchStarted => t::BATCH_STARTED,
        Action::BatchCancelled => t::BATCH_CANCELLED,
        Action::AuditPruned => t::AUDIT_PRUNED,
        Action::KeyRotated => t::KEY_ROTATED,
    };
    message.text()
}
