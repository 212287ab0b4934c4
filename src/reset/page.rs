//! Page of a reset link. It shows the form before the server has validated the link.

use super::changed::PasswordChanged;
use super::form::NewPasswordForm;
use super::link_error::LinkErrorView;
use super::state::{LinkStatus, ResetLinkState, use_reset_link};
use crate::components::alert::Alert;
use crate::i18n::reset as t;
use crate::layout::page_heading::PageHeading;
use crate::layout::public::PublicLayout;
use leptos::prelude::*;

/// The view for the link's status.
#[component]
pub(crate) fn ResetPage() -> impl IntoView {
    let link = use_reset_link();
    // The form stays mounted when the link turns out to be valid, so that its input is kept.
    let shown = Memo::new(move |_| match link.status() {
        LinkStatus::Valid { .. } => LinkStatus::Checking,
        status => status,
    });
    view! {
        <PublicLayout>
            {move || match shown.get() {
                LinkStatus::CheckFailed(error) => view! { <CheckFailed link text=error.message()/> }.into_any(),
                LinkStatus::Invalid(link_error) => view! { <LinkErrorView link link_error/> }.into_any(),
                LinkStatus::Redeemed { sessions_ended } => view! { <PasswordChanged sessions_ended/> }.into_any(),
                LinkStatus::Checking | LinkStatus::Valid { .. } => view! { <NewPasswordForm link/> }.into_any(),
            }}
        </PublicLayout>
    }
}

#[component]
fn CheckFailed(link: ResetLinkState, text: &'static str) -> impl IntoView {
    view! {
        <PageHeading text=t::HEADING/>
        <Alert text/>
        <button type="button" class="primary" on:click=move |_| link.refetch()>{t::TRY_AGAIN.text()}</button>
    }
}
