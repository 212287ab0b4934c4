//! Sending somebody a reset link.

use super::page::Desktop;
use crate::api;
use crate::start::Start;
use crate::ui::alert::{Alert, FailureAlert};
use crate::ui::attempt::Attempt;
use crate::ui::countdown::{Countdown, CountdownText};
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, Picture};
use crate::ui::live::live;
use crate::ui::submit::Submit;
use crate::words::reset_dialog as w;
use crate::words::time::span;
use leptos::prelude::*;
use rekey_wire::users::{EmailStatus, User};

/// Says where the link will go, and sends it. A failure stays inside.
#[component]
pub(super) fn ResetDialog(desktop: Desktop, user: User) -> impl IntoView {
    let start = Start::here();
    let attempt = Attempt::new();
    let wait = Countdown::over();
    let closing = RwSignal::new(false);
    let address = user.email.clone().unwrap_or_default();
    let values = [("name", user.name.clone()), ("address", address.clone())];
    let values = StoredValue::new(values);
    let fill = move |word: crate::words::Word, time: &str| {
        values.with_value(|[name, address]| word.with(&[(name.0, &name.1), (address.0, &address.1), ("time", time)]))
    };
    let id = user.id;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let id = id.clone();
        attempt.run(async move {
            if let Err(error) = api::reset_password(&id).await {
                return match error.wait() {
                    // How long to wait is shown, not that it failed.
                    Some(seconds) => {
                        wait.begin(seconds);
                        Ok(())
                    }
                    None => Err(error),
                };
            }
            desktop.done.try_set(Some(fill(w::SENT, "")));
            closing.try_set(true);
            desktop.list.refresh();
            Ok(())
        });
    };
    let life = move || start.link_ttl().map(|seconds| fill(w::LIFE, &span(seconds)));
    view! {
        <Dialog heading=fill(w::HEADING, "") closing on_close=Callback::new(move |()| desktop.asked.set(None))>
            <p class="lead">{w::LEAD.text()} " " <strong class="address">{address}</strong></p>
            <p class="lead">{life}</p>
            {(user.email_status == EmailStatus::Bounced).then(|| view! { <Bounced/> })}
            <form on:submit=submit>
                <FailureAlert attempt/>
                {live(move || wait.runs().then(|| view! { <Alert text=w::TOO_SOON/> }.into_any()))}
                <CountdownText countdown=wait again=w::AGAIN_IN now=w::AGAIN_NOW/>
                <div class="row">
                    <button type="button" class="secondary" on:click=move |_| closing.set(true)>{w::CANCEL.text()}</button>
                    <Submit attempt label=w::SUBMIT busy=w::BUSY blocked=Signal::derive(move || wait.runs())/>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Bounced() -> impl IntoView {
    view! {
        <div class="notice warn">
            <Icon of=Picture::Warning/>
            <p>{w::BOUNCED.text()}</p>
        </div>
    }
    .into_any()
}
