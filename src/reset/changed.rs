//! "Password changed" page.

use crate::i18n::password_changed as t;
use crate::layout::page_heading::PageHeading;
use leptos::prelude::*;
use rekey_wire::paths::Page;

/// Effects of the change, and a link to the login: a reset does not sign in (docs/security.md TOK-15).
#[component]
pub(crate) fn PasswordChanged(sessions_ended: u64) -> impl IntoView {
    let sessions = if sessions_ended == 0 { t::NO_SESSIONS.text().to_owned() } else { t::SESSIONS.count(sessions_ended) };
    view! {
        <PageHeading text=t::HEADING/>
        <p class="lead">{t::LEAD.text()}</p>
        <ul class="hints">
            <li>{t::LINKS.text()}</li>
            <li>{sessions}</li>
            <li>{t::MAIL.text()}</li>
        </ul>
        <a class="button primary" href=Page::Login.path()>{t::LOG_IN.text()}</a>
    }
}
