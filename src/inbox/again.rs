//! "Send again", when its time has come.

use super::awaited::{Awaited, keep_until};
use crate::api;
use crate::ui::alert::FailureAlert;
use crate::ui::attempt::Attempt;
use crate::ui::countdown::{Countdown, CountdownText};
use crate::ui::live::live;
use crate::words::inbox as w;
use leptos::prelude::*;

/// The button, its countdown, and what came of it.
#[component]
pub(crate) fn SendAgain(awaited: Awaited, until: u64) -> impl IntoView {
    let attempt = Attempt::new();
    let wait = Countdown::until(until);
    let sent = RwSignal::new(false);
    let send = move |_| {
        let awaited = awaited.clone();
        sent.set(false);
        attempt.run(async move {
            let answer = match awaited {
                Awaited::AtAddress(address) => api::ask_for_link(address).await,
                Awaited::ByLink(token) => api::renew_link(token).await,
            };
            let seconds = match answer {
                Ok(seconds) => {
                    sent.try_set(true);
                    seconds
                }
                Err(error) => error.wait().ok_or(error)?,
            };
            keep_until(wait.begin(seconds));
            Ok(())
        });
    };
    view! {
        <div class="again">
            <FailureAlert attempt/>
            <p role="status">{live(move || sent.get().then(|| w::SENT_AGAIN.text()))}</p>
            <button
                type="button"
                class="secondary"
                disabled=live(move || wait.runs())
                aria-disabled=live(move || attempt.pending().then_some("true"))
                on:click=send
            >
                {w::AGAIN.text()}
            </button>
            <CountdownText countdown=wait again=w::AGAIN_IN now=w::AGAIN_NOW/>
        </div>
    }
    .into_any()
}
