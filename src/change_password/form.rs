//! Form for changing the password.

use crate::api;
use crate::auth::session::use_session;
use crate::browser::nfc;
use crate::components::alert::{ErrorAlert, SuccessMessage, action_error};
use crate::components::countdown::{Countdown, CountdownText};
use crate::components::field::FieldKind;
use crate::components::form::Form;
use crate::components::password_field::{PasswordField, PasswordKind};
use crate::components::requirements::Requirements;
use crate::components::submit_button::SubmitButton;
use crate::components::username_field::UsernameField;
use crate::config::use_config;
use crate::i18n::change_password as t;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use rekey_wire::account::ChangePassword;
use validator::ValidateArgs;

/// Form with the current and a new password.
#[component]
pub(crate) fn ChangePasswordForm() -> impl IntoView {
    let config = use_config();
    let session = use_session();
    let countdown = Countdown::over();
    let form = Form::new();
    let current = form.field("current_password", FieldKind::CurrentPassword);
    let new = form.field("new_password", FieldKind::NewPassword);
    let request = move || ChangePassword { current_password: nfc(&current.value()), new_password: nfc(&new.value()) };
    form.validate_with(move || request().validate_with_args(&config.policy()));

    let change = Action::new_unsync(|request: &ChangePassword| api::change_password(request.clone()));
    let (pending, result) = (change.pending(), change.value());
    Effect::new(move |_| match result.get() {
        Some(Ok(())) => form.clear(),
        Some(Err(error)) => {
            form.apply_server_error(&error);
            if let Some(seconds) = error.retry_after() {
                countdown.start(seconds);
            }
        }
        None => {}
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked() && form.is_valid() {
            change.dispatch(untrack(request));
        }
    };
    let is_done = move || !pending.get() && result.with(|result| matches!(result, Some(Ok(()))));
    let email = Signal::derive(move || session.user().and_then(|user| user.email).unwrap_or_default());
    view! {
        <form class="form narrow" novalidate on:submit=submit>
            <div role="status">{move || is_done().then(|| view! { <SuccessMessage text=t::DONE/> }.into_any())}</div>
            <ErrorAlert error=action_error(change)/>
            <UsernameField email/>
            <PasswordField field=current id="current-password" label=t::CURRENT kind=PasswordKind::Current/>
            <PasswordField field=new id="new-password" label=t::NEW kind=PasswordKind::New described_by="requirements"/>
            <Requirements
                password=Signal::derive(move || new.value())
                policy=Signal::derive(move || config.policy())
                id="requirements"
            />
            <CountdownText countdown again=t::AGAIN_IN now=t::AGAIN_NOW/>
            <SubmitButton pending label=t::SUBMIT busy=t::BUSY blocked=Signal::derive(move || countdown.is_running())/>
        </form>
    }
}
