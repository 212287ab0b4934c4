//! Where a reset link leads: each state of the link is a screen.

use super::dead::DeadLink;
use super::done::PasswordChanged;
use super::form::NewPasswordForm;
use super::link::{Followed, Link};
use crate::ui::alert::Alert;
use crate::ui::card::Card;
use crate::ui::help::Help;
use crate::ui::live::live;
use crate::ui::page_heading::PageHeading;
use crate::words::reset as w;
use leptos::prelude::*;

/// The screen for the state that the link is in.
#[component]
pub(crate) fn ResetPage() -> impl IntoView {
    let followed = Followed::new();
    view! {
        <Card>
            {live(move || match followed.get() {
                Link::Unknown => view! { <Asking/> }.into_any(),
                Link::Unasked(error) => view! { <Unasked followed words=error.words()/> }.into_any(),
                Link::Works { email, token } => view! { <NewPasswordForm followed email token/> }.into_any(),
                Link::Dead(dead) => view! { <DeadLink followed dead/> }.into_any(),
                Link::Done { sessions_ended } => view! { <PasswordChanged sessions_ended/> }.into_any(),
            })}
            <Help/>
        </Card>
    }
    .into_any()
}

#[component]
fn Asking() -> impl IntoView {
    view! {
        <PageHeading text=w::HEADING/>
        <p class="lead">{w::CHECKING.text()}</p>
    }
    .into_any()
}

#[component]
fn Unasked(followed: Followed, words: &'static str) -> impl IntoView {
    view! {
        <PageHeading text=w::HEADING/>
        <Alert text=words/>
        <button type="button" class="primary" on:click=move |_| followed.ask()>{w::TRY_AGAIN.text()}</button>
    }
    .into_any()
}
