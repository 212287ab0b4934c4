//! How far a user's newest reset has come.

use crate::ui::icon::{Icon, Picture};
use crate::words::lifecycle as w;
use crate::words::time::moment;
use leptos::prelude::*;
use rekey_wire::users::{RequesterKind, Reset, ResetState};

/// The state with a picture and when it was asked for; why, where it failed.
#[component]
pub(super) fn Lifecycle(reset: Option<Reset>) -> impl IntoView {
    let Some(reset) = reset else { return w::NONE.text().into_any() };
    let (class, picture, word) = match reset.state {
        ResetState::Queued => ("chip", Picture::Clock, w::QUEUED),
        ResetState::Sent => ("chip", Picture::Mail, w::SENT),
        ResetState::Failed => ("chip danger", Picture::Warning, w::FAILED),
        ResetState::Opened => ("chip", Picture::Eye, w::OPENED),
        ResetState::Used => ("chip ok", Picture::Check, w::USED),
        ResetState::Expired => ("chip", Picture::Minus, w::EXPIRED),
        ResetState::Cancelled => ("chip", Picture::Cross, w::CANCELLED),
    };
    let by = match reset.requested_by.kind {
        RequesterKind::Oneself => w::BY_SELF.text().to_owned(),
        RequesterKind::Admin => w::BY_ADMIN.with(&[("name", &reset.requested_by.name)]),
        RequesterKind::Cli => w::BY_CLI.text().to_owned(),
    };
    view! {
        <span class="stage" title=by>
            <span class=class><Icon of=picture/>{word.text()}</span>
            <span class="when">{moment(&reset.requested_at)}</span>
            {reset.detail.map(|detail| view! { <span class="when">{detail}</span> })}
        </span>
    }
    .into_any()
}
