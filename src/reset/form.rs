//! The new password.

use super::link::{Dead, Followed, Link};
use super::token;
use crate::api;
use crate::browser::nfc;
use crate::route::Route;
use crate::session::Session;
use crate::start::Start;
use crate::ui::alert::FailureAlert;
use crate::ui::attempt::Attempt;
use crate::ui::live::live;
use crate::ui::new_password::{heed, new_password_field};
use crate::ui::page_heading::PageHeading;
use crate::ui::password_field::{PasswordField, Which};
use crate::ui::requirements::Requirements;
use crate::ui::submit::Submit;
use crate::ui::username::Username;
use crate::words::reset as w;
use leptos::prelude::*;

/// Heading and form for a link that works, as far as is known.
#[component]
pub(crate) fn NewPasswordForm(followed: Followed) -> impl IntoView {
    let start = Start::here();
    let session = Session::here();
    let attempt = Attempt::new();
    let password = new_password_field();
    let email = Signal::derive(move || match followed.get() {
        Link::Works { email } => email,
        _ => String::new(),
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(typed) = password.accept() else { return };
        let Some(token) = token::kept_for(Route::Reset) else {
            followed.set(Link::Dead(Dead::Invalid));
            return;
        };
        let policy = start.policy();
        attempt.run(async move {
            match api::redeem_link(token, nfc(&typed)).await {
                Ok(sessions_ended) => {
                    token::forget(Route::Reset);
                    followed.set(Link::Done { sessions_ended });
                    session.ask_anew();
                    Ok(())
                }
                Err(error) => {
                    if let Some(dead) = Dead::from_error(&error) {
                        followed.set(Link::Dead(dead));
                    }
                    heed(password, &error, "password", policy);
                    Err(error)
                }
            }
        });
    };
    view! {
        <PageHeading text=w::HEADING/>
        <p class="lead">{w::FOR_ACCOUNT.text()} " " <strong class="address line">{live(move || email.get())}</strong></p>
        <form novalidate on:submit=submit>
            <FailureAlert attempt/>
            <Username email/>
            <PasswordField field=password id="password" label=w::NEW_PASSWORD which=Which::New described_by="requirements"/>
            <Requirements field=password id="requirements"/>
            <Submit attempt label=w::SUBMIT busy=w::BUSY/>
        </form>
    }
    .into_any()
}
