//! Form for cancelling a reset.

use crate::api;
use crate::components::alert::{ErrorAlert, SuccessMessage, action_error};
use crate::components::submit_button::SubmitButton;
use crate::i18n::not_me as t;
use crate::reset::link_token::LinkToken;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use rekey_wire::reset::Token;

/// Explanation and button, then the result and the next steps.
#[component]
pub(crate) fn CancelForm(token: LinkToken) -> impl IntoView {
    let report = Action::new_unsync(|token: &Token| {
        let token = token.clone();
        async move { api::report_link(token.clone()).await.map(|()| token) }
    });
    let (pending, result) = (report.pending(), report.value());
    // Another link may have been opened in the same tab.
    let is_done = Memo::new(move |_| result.with(|result| matches!(result, Some(Ok(reported)) if token.is(reported))));
    Effect::new(move |_| {
        if is_done.get() {
            token.forget();
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked()
            && let Some(token) = token.get_untracked()
        {
            report.dispatch(token);
        }
    };
    let form = move || {
        view! {
            <p class="lead">{t::LEAD.text()}</p>
            <form class="form" on:submit=submit>
                <ErrorAlert error=action_error(report)/>
                <SubmitButton pending label=t::SUBMIT busy=t::BUSY/>
            </form>
        }
    };
    let done = || {
        view! {
            <SuccessMessage text=t::DONE/>
            <p>{t::NEXT.text()}</p>
        }
    };
    view! {
        {move || (!is_done.get()).then(|| form().into_any())}
        <div role="status">{move || is_done.get().then(|| done().into_any())}</div>
    }
}
