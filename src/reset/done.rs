//! The password is changed.

use crate::route::Route;
use crate::ui::page_heading::PageHeading;
use crate::words::password_changed as w;
use leptos::prelude::*;

/// What it did, and the way to log in: a reset logs nobody in (docs/security.md TOK-15).
#[component]
pub(crate) fn PasswordChanged(sessions_ended: u64) -> impl IntoView {
    let sessions = if sessions_ended == 0 { w::NO_SESSIONS.text().to_owned() } else { w::SESSIONS.count(sessions_ended) };
    view! {
        <PageHeading text=w::HEADING/>
        <p class="lead">{w::LEAD.text()}</p>
        <ul class="hints">
            <li>{w::LINKS.text()}</li>
            <li>{sessions}</li>
            <li>{w::MAIL.text()}</li>
        </ul>
        <a class="button primary" href=Route::Login.path()>{w::LOG_IN.text()}</a>
    }
    .into_any()
}
