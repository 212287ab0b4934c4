//! Dialog that sends a user a reset link.

use super::context::use_users;
use crate::api;
use crate::components::alert::{Alert, ErrorAlert, action_error};
use crate::components::countdown::{Countdown, CountdownText};
use crate::components::dialog::{CancelButton, Dialog};
use crate::components::icon::{Icon, IconName};
use crate::components::submit_button::SubmitButton;
use crate::config::use_config;
use crate::i18n::time::duration;
use crate::i18n::{MessageId, reset_dialog as t};
use leptos::prelude::*;
use rekey_wire::users::{EmailStatus, User};

/// Names the address that the link goes to, and sends it. A failure is shown inside the dialog.
#[component]
pub(super) fn ResetDialog(user: User) -> impl IntoView {
    let users = use_users();
    let config = use_config();
    let cooldown = Countdown::over();
    let closing = RwSignal::new(false);
    let User { id, name, email, email_status, .. } = user;
    let address = email.unwrap_or_default();
    let names = StoredValue::new((name, address.clone()));
    let format = move |message: MessageId, time: &str| {
        names.with_value(|(name, address)| message.format(&[("name", name), ("address", address), ("time", time)]))
    };
    let send = Action::new_unsync(move |(): &()| {
        let id = id.clone();
        async move { api::reset_password(&id).await }
    });
    let (pending, result) = (send.pending(), send.value());
    Effect::new(move |_| match &*result.read() {
        Some(Ok(_)) => {
            users.show_success(format(t::SENT, ""));
            closing.set(true);
        }
        Some(Err(error)) => {
            if let Some(seconds) = error.retry_after() {
                cooldown.start(seconds);
            }
        }
        None => {}
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        send.dispatch(());
    };
    let lifetime = move || config.link_ttl().map(|seconds| format(t::LIFE, &duration(seconds)));
    view! {
        <Dialog heading=format(t::HEADING, "") closing busy=pending on_close=move || users.close_dialog()>
            <p class="lead">{t::LEAD.text()} " " <strong class="address">{address}</strong></p>
            <p class="lead">{move || lifetime().unwrap_or_default()}</p>
            {(email_status == EmailStatus::Bounced).then(|| view! { <BouncedWarning/> })}
            <form class="form" on:submit=submit>
                <ErrorAlert error=action_error(send)/>
                {move || cooldown.is_running().then(|| view! { <Alert text=t::TOO_SOON/> }.into_any())}
                <CountdownText countdown=cooldown again=t::AGAIN_IN now=t::AGAIN_NOW/>
                <div class="row">
                    <CancelButton closing busy=pending/>
                    <SubmitButton pending label=t::SUBMIT busy=t::BUSY blocked=Signal::derive(move || cooldown.is_running())/>
                </div>
            </form>
        </Dialog>
    }
}

#[component]
fn BouncedWarning() -> impl IntoView {
    view! {
        <div class="notice warn">
            <Icon name=IconName::Warning/>
            <p>{t::BOUNCED.text()}</p>
        </div>
    }
}
