//! The login screen.

use super::form::LoginForm;
use crate::session::{Person, Session};
use crate::ui::alert::Alert;
use crate::ui::card::Card;
use crate::ui::help::Help;
use crate::ui::live::live;
use crate::ui::page_heading::PageHeading;
use crate::words::login as w;
use leptos::prelude::*;

/// Heading, form, and the way out for who forgot the password.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    let session = Session::here();
    let was_ended = move || session.with(|person| *person == Person::LeftBehind);
    view! {
        <Card>
            <PageHeading text=w::HEADING/>
            {live(move || was_ended().then(|| view! { <Alert text=w::SESSION_ENDED/> }.into_any()))}
            <LoginForm/>
            <Help/>
        </Card>
    }
    .into_any()
}
