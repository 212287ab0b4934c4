//! "Send again" button: requests another link after the cooldown.

use super::pending_request::{PendingRequest, save_cooldown_end};
use crate::api;
use crate::components::alert::{ErrorAlert, action_error};
use crate::components::countdown::{Countdown, CountdownText};
use crate::i18n::inbox as t;
use leptos::prelude::*;
use rekey_wire::reset::ForgotRequest;

/// The button, its countdown, and the result. `until` is the end of the cooldown in milliseconds since 1970.
#[component]
pub(crate) fn SendAgain(request: PendingRequest, until: u64) -> impl IntoView {
    let countdown = Countdown::until(until);
    let send = Action::new_unsync(|request: &PendingRequest| {
        let request = request.clone();
        async move {
            match request {
                PendingRequest::Address(email) => api::request_link(ForgotRequest { email, language: None }).await,
                PendingRequest::Renewal(token) => api::renew_link(token).await,
            }
        }
    });
    let (pending, result) = (send.pending(), send.value());
    Effect::new(move |_| {
        let cooldown = result.with(|result| match result {
            Some(Ok(seconds)) => Some(*seconds),
            Some(Err(error)) => error.retry_after(),
            None => None,
        });
        if let Some(seconds) = cooldown {
            save_cooldown_end(countdown.start(seconds));
        }
    });
    let was_sent = move || !pending.get() && result.with(|result| matches!(result, Some(Ok(_))));
    let click = move |_| {
        if !pending.get_untracked() {
            send.dispatch(request.clone());
        }
    };
    view! {
        <div class="again">
            <ErrorAlert error=action_error(send)/>
            <p role="status">{move || was_sent().then(|| t::SENT_AGAIN.text())}</p>
            <button
                type="button"
                class="secondary"
                disabled=move || countdown.is_running()
                aria-disabled=move || pending.get().then_some("true")
                on:click=click
            >
                {t::AGAIN.text()}
            </button>
            <CountdownText countdown again=t::AGAIN_IN now=t::AGAIN_NOW/>
        </div>
    }
}
