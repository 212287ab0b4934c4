//! Login form.

use crate::api;
use crate::auth::session::use_session;
use crate::boot::lazy_pages;
use crate::browser::nfc;
use crate::components::alert::{ErrorAlert, action_error};
use crate::components::countdown::{Countdown, CountdownText};
use crate::components::email_field::EmailField;
use crate::components::field::FieldKind;
use crate::components::form::Form;
use crate::components::password_field::{PasswordField, PasswordKind};
use crate::components::submit_button::SubmitButton;
use crate::i18n::login as t;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use rekey_wire::login::LoginRequest;
use rekey_wire::paths::Page;
use validator::Validate;

/// Form with email and password. After a successful login the route guard redirects.
#[component]
pub(crate) fn LoginForm() -> impl IntoView {
    let session = use_session();
    let countdown = Countdown::over();
    let form = Form::new();
    let email = form.field("email", FieldKind::Text);
    let password = form.field("password", FieldKind::Text);
    let request = move || LoginRequest { email: email.value(), password: nfc(&password.value()) };
    form.validate_with(move || request().validate());

    let log_in = Action::new_unsync(|request: &LoginRequest| api::log_in(request.clone()));
    let (pending, result) = (log_in.pending(), log_in.value());
    Effect::new(move |_| match result.get() {
        Some(Ok(user)) => session.set_user(user),
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
            // Prefetches the next page while the password is verified.
            lazy_pages::prefetch();
            log_in.dispatch(untrack(request));
        }
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <ErrorAlert error=action_error(log_in)/>
            <EmailField field=email id="email" label=t::EMAIL autocomplete="username"/>
            <PasswordField field=password id="password" label=t::PASSWORD kind=PasswordKind::Current/>
            <CountdownText countdown again=t::AGAIN_IN now=t::AGAIN_NOW/>
            <SubmitButton pending label=t::SUBMIT busy=t::BUSY blocked=Signal::derive(move || countdown.is_running())/>
            <p class="aside"><a href=Page::ForgotPassword.path()>{t::FORGOT.text()}</a></p>
        </form>
    }
}
