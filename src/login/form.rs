//! Address and password.

use crate::api;
use crate::behind_login::BehindLogin;
use crate::route::Route;
use crate::session::Session;
use crate::ui::alert::FailureAlert;
use crate::ui::attempt::Attempt;
use crate::ui::countdown::{Countdown, CountdownText};
use crate::ui::field::{Field, email_fault, required};
use crate::ui::password_field::{PasswordField, Which};
use crate::ui::submit::Submit;
use crate::ui::text_field::{Purpose, TextField};
use crate::words::login as w;
use leptos::prelude::*;
use rekey_wire::login::LoginRequest;

/// The form. Where it leads is the gate's business: it only makes the session known.
#[component]
pub(crate) fn LoginForm() -> impl IntoView {
    let session = Session::here();
    let behind_login = BehindLogin::here();
    let attempt = Attempt::new();
    let wait = Countdown::over();
    let email = Field::new(email_fault);
    let password = Field::new(required);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // Both, so that both faults are shown.
        let (Some(email_typed), Some(password_typed)) = (email.accept(), password.accept()) else { return };
        let request = LoginRequest { email: email_typed, password: crate::browser::nfc(&password_typed) };
        // It arrives while the password is checked.
        behind_login.fetch();
        attempt.run(async move {
            match api::log_in(request).await {
                Ok(user) => {
                    session.set(user);
                    Ok(())
                }
                Err(error) => {
                    email.heed(&error, "email");
                    password.heed(&error, "password");
                    if let Some(seconds) = error.wait() {
                        wait.begin(seconds);
                    }
                    Err(error)
                }
            }
        });
    };
    view! {
        <form novalidate on:submit=submit>
            <FailureAlert attempt/>
            <TextField field=email id="email" label=w::EMAIL purpose=Purpose::Username/>
            <PasswordField field=password id="password" label=w::PASSWORD which=Which::Current/>
            <CountdownText countdown=wait again=w::AGAIN_IN now=w::AGAIN_NOW/>
            <Submit attempt label=w::SUBMIT busy=w::BUSY blocked=Signal::derive(move || wait.runs())/>
            <p class="aside"><a href=Route::Forgot.path()>{w::FORGOT.text()}</a></p>
        </form>
    }
    .into_any()
}
