//! Page shown after requesting a link; the same for every address.

use super::pending_request::PendingRequest;
use super::send_again::SendAgain;
use crate::config::use_config;
use crate::i18n::inbox as t;
use crate::i18n::time::duration;
use crate::layout::page_heading::PageHeading;
use crate::layout::public::PublicLayout;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rekey_wire::paths::Page;

/// Where the mail was sent and what to look for. Redirects to the request form if there was no request.
#[component]
pub(crate) fn InboxPage() -> impl IntoView {
    let navigate = use_navigate();
    match PendingRequest::load() {
        Some((request, until)) => view! { <Inbox request until/> }.into_any(),
        None => {
            Effect::new(move |_| {
                navigate(Page::ForgotPassword.path(), NavigateOptions { replace: true, ..NavigateOptions::default() });
            });
            ().into_any()
        }
    }
}

#[component]
fn Inbox(request: PendingRequest, until: u64) -> impl IntoView {
    let config = use_config();
    let sent_to = match &request {
        PendingRequest::Address(address) => t::SENT_TO.format(&[("address", address)]),
        PendingRequest::Renewal(_) => t::SENT_TO_SAME.text().to_owned(),
    };
    let subject = move || t::SUBJECT.format(&[("brand", &config.brand())]);
    let life = move || config.link_ttl().map(|seconds| t::LIFE.format(&[("time", &duration(seconds))]));
    view! {
        <PublicLayout>
            <PageHeading text=t::HEADING/>
            <p class="lead">{sent_to}</p>
            <ul class="hints">
                <li>{move || subject()}</li>
                <li>{move || life()}</li>
                <li>{t::SPAM.text()}</li>
            </ul>
            <SendAgain request until/>
            <p class="aside">
                <a href=Page::ForgotPassword.path()>{t::OTHER_ADDRESS.text()}</a>
                <a href=Page::Login.path()>{t::BACK.text()}</a>
            </p>
        </PublicLayout>
    }
}
