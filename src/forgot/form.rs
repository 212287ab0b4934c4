//! Form for requesting a reset link.

use crate::api;
use crate::components::alert::{ErrorAlert, action_error};
use crate::components::email_field::EmailField;
use crate::components::field::FieldKind;
use crate::components::form::Form;
use crate::components::submit_button::SubmitButton;
use crate::i18n::forgot as t;
use crate::inbox::pending_request::PendingRequest;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rekey_wire::paths::Page;
use rekey_wire::reset::ForgotRequest;
use validator::Validate;

/// Form with an address. Every address leads to "Check your inbox", also within the cooldown, whose remaining time is shown there.
#[component]
pub(crate) fn ForgotForm() -> impl IntoView {
    let navigate = use_navigate();
    let form = Form::new();
    let email = form.field("email", FieldKind::Text);
    let request = move || ForgotRequest { email: email.value(), language: None };
    form.validate_with(move || request().validate());

    let request_link = Action::new_unsync(|request: &ForgotRequest| {
        let request = request.clone();
        async move {
            let email = request.email.clone();
            match api::request_link(request).await {
                Ok(cooldown) => Ok((email, cooldown)),
                // The previous request is still in its cooldown.
                Err(error) => error.retry_after().map(|cooldown| (email, cooldown)).ok_or(error),
            }
        }
    });
    let (pending, result) = (request_link.pending(), request_link.value());
    Effect::new(move |_| match result.get() {
        Some(Ok((email, cooldown))) => {
            PendingRequest::Address(email.trim().to_owned()).save(cooldown);
            navigate(Page::Inbox.path(), NavigateOptions::default());
        }
        Some(Err(error)) => form.apply_server_error(&error),
        None => {}
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked() && form.is_valid() {
            request_link.dispatch(untrack(request));
        }
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <ErrorAlert error=action_error(request_link)/>
            <EmailField field=email id="email" label=t::EMAIL autocomplete="username"/>
            <SubmitButton pending label=t::SUBMIT busy=t::BUSY/>
        </form>
    }
}
