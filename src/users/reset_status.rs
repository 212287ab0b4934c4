//! Status of a user's newest reset.

use crate::components::icon::{Icon, IconName};
use crate::i18n::reset_status as t;
use crate::i18n::time::date_time;
use leptos::prelude::*;
use rekey_wire::users::{RequesterKind, Reset, ResetState};

/// The state, when the reset was requested, and why it failed, if it did.
#[component]
pub(super) fn ResetStatus(reset: Option<Reset>) -> impl IntoView {
    let Some(reset) = reset else { return t::NONE.text().into_any() };
    let (class, icon, state) = match reset.state {
        ResetState::Queued => ("chip", IconName::Clock, t::QUEUED),
        ResetState::Sent => ("chip", IconName::Mail, t::SENT),
        ResetState::Failed => ("chip danger", IconName::Warning, t::FAILED),
        ResetState::Opened => ("chip", IconName::Eye, t::OPENED),
        ResetState::Used => ("chip ok", IconName::Check, t::USED),
        ResetState::Expired => ("chip", IconName::Minus, t::EXPIRED),
        ResetState::Cancelled => ("chip", IconName::Cross, t::CANCELLED),
    };
    let requester = match reset.requested_by.kind {
        RequesterKind::Oneself => t::BY_SELF.text().to_owned(),
        RequesterKind::Admin => t::BY_ADMIN.format(&[("name", &reset.requested_by.name)]),
        RequesterKind::Cli => t::BY_CLI.text().to_owned(),
    };
    view! {
        <span class="status" title=requester>
            <span class=class><Icon name=icon/>{state.text()}</span>
            <span class="status-note">{date_time(&reset.requested_at)}</span>
            {reset.detail.map(|detail| view! { <span class="status-note">{detail}</span> })}
        </span>
    }
    .into_any()
}
