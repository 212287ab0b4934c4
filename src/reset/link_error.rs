//! Invalid reset link: the reason, and how to get a new one.

use super::state::{LinkError, ResetLinkState};
use crate::api;
use crate::components::alert::{ErrorAlert, action_error};
use crate::components::submit_button::SubmitButton;
use crate::i18n::link_error as t;
use crate::inbox::pending_request::PendingRequest;
use crate::layout::page_heading::PageHeading;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rekey_wire::paths::Page;
use rekey_wire::reset::Token;

/// The reason and the next step. An expired or used link can be renewed without typing anything.
#[component]
pub(crate) fn LinkErrorView(link: ResetLinkState, link_error: LinkError) -> impl IntoView {
    let (heading, lead) = match link_error {
        LinkError::Expired => (t::EXPIRED, t::EXPIRED_LEAD),
        LinkError::Used => (t::USED, t::USED_LEAD),
        LinkError::Cancelled => (t::CANCELLED, t::CANCELLED_LEAD),
        LinkError::Unknown => (t::INVALID, t::INVALID_LEAD),
    };
    let way_on = match link_error {
        LinkError::Expired | LinkError::Used => view! { <RenewForm link/> }.into_any(),
        LinkError::Cancelled | LinkError::Unknown => {
            view! { <a class="button primary" href=Page::ForgotPassword.path()>{t::REQUEST.text()}</a> }.into_any()
        }
    };
    view! {
        <PageHeading text=heading/>
        <p class="lead">{lead.text()}</p>
        {way_on}
        <p class="aside"><a href=Page::Login.path()>{t::BACK.text()}</a></p>
    }
}

#[component]
fn RenewForm(link: ResetLinkState) -> impl IntoView {
    let navigate = use_navigate();
    let renew = Action::new_unsync(|token: &Token| {
        let token = token.clone();
        async move {
            let result = api::renew_link(token.clone()).await;
            match result {
                Ok(cooldown) => Ok((token, cooldown)),
                // The previous request is still in its cooldown.
                Err(error) => error.retry_after().map(|cooldown| (token, cooldown)).ok_or(error),
            }
        }
    });
    let (pending, result) = (renew.pending(), renew.value());
    Effect::new(move |_| match result.get() {
        Some(Ok((token, cooldown))) => {
            PendingRequest::Renewal(token).save(cooldown);
            link.forget_token();
            navigate(Page::Inbox.path(), NavigateOptions::default());
        }
        Some(Err(error)) => {
            if let Some(link_error) = LinkError::from_error(&error) {
                link.set_refused(link_error);
            }
        }
        None => {}
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked()
            && let Some(token) = link.token()
        {
            renew.dispatch(token);
        }
    };
    view! {
        <form class="form" on:submit=submit>
            <ErrorAlert error=action_error(renew)/>
            <SubmitButton pending label=t::RENEW busy=t::BUSY/>
        </form>
    }
}
