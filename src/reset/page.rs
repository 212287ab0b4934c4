//! Where a reset link leads. The form is there before the server has said what the link is worth; each way in which it
//! turns out to be worth nothing is a screen.

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
    // Learning whose link it is must not take away what is typed already.
    let shown = Memo::new(move |_| match followed.get() {
        Link::Works { .. } => Link::Unknown,
        link => link,
    });
    view! {
        <Card>
            {live(move || match shown.get() {
                Link::Unasked(error) => view! { <Unasked followed words=error.words()/> }.into_any(),
                Link::Dead(dead) => view! { <DeadLink followed dead/> }.into_any(),
                Link::Done { sessions_ended } => view! { <PasswordChanged sessions_ended/> }.into_any(),
                Link::Unknown | Link::Works { .. } => view! { <NewPasswordForm followed/> }.into_any(),
            })}
            <Help/>
        </Card>
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
