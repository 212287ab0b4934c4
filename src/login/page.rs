//! Login page.

use super::form::LoginForm;
use crate::auth::session::{AuthState, use_session};
use crate::components::alert::Alert;
use crate::i18n::login as t;
use crate::layout::page_heading::PageHeading;
use crate::layout::public::PublicLayout;
use leptos::prelude::*;

/// Heading and form, and a notice if a session has expired.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    let session = use_session();
    let has_expired = move || session.with(|state| *state == AuthState::SessionExpired);
    view! {
        <PublicLayout>
            <PageHeading text=t::HEADING/>
            {move || has_expired().then(|| view! { <Alert text=t::SESSION_ENDED/> }.into_any())}
            <LoginForm/>
        </PublicLayout>
    }
}
