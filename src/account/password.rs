//! Changing one's own password.

use crate::api;
use crate::browser::nfc;
use crate::route::Route;
use crate::session::Session;
use crate::settings::desk::Desk;
use crate::start::Start;
use crate::ui::alert::FailureAlert;
use crate::ui::attempt::Attempt;
use crate::ui::countdown::{Countdown, CountdownText};
use crate::ui::field::Field;
use crate::ui::icon::{Icon, Picture};
use crate::ui::new_password::{heed, new_password_field};
use crate::ui::page_heading::PageHeading;
use crate::ui::password_field::{PasswordField, Which};
use crate::ui::requirements::Requirements;
use crate::ui::submit::Submit;
use crate::ui::username::Username;
use crate::words::change_password as w;
use leptos::prelude::*;
use rekey_wire::account::ChangePassword;

/// The current password and a new one.
#[component]
pub(crate) fn ChangePasswordPage() -> impl IntoView {
    view! {
        <Desk>
            <PageHeading text=w::HEADING/>
            <ChangePasswordForm/>
            <p class="aside"><a href=Route::Account.path()>{w::BACK.text()}</a></p>
        </Desk>
    }
    .into_any()
}

#[component]
fn ChangePasswordForm() -> impl IntoView {
    let start = Start::here();
    let session = Session::here();
    let attempt = Attempt::new();
    let wait = Countdown::over();
    let done = RwSignal::new(false);
    let current = Field::new(|typed| typed.is_empty().then(|| w::CURRENT_REQUIRED.text().to_owned()));
    let new = new_password_field();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        done.set(false);
        // Both, so that both faults are shown.
        let (Some(current_typed), Some(new_typed)) = (current.accept(), new.accept()) else { return };
        let policy = start.policy();
        let request = ChangePassword { current_password: nfc(&current_typed), new_password: nfc(&new_typed) };
        attempt.run(async move {
            if let Err(error) = api::change_password(request).await {
                current.heed(&error, "current_password");
                heed(new, &error, "new_password", policy);
                if let Some(seconds) = error.wait() {
                    wait.begin(seconds);
                }
                return Err(error);
            }
            done.try_set(true);
            current.clear();
            new.clear();
            Ok(())
        });
    };
    let success = move || {
        done.get().then(|| {
            view! {
                <div class="notice ok">
                    <Icon of=Picture::Check/>
                    <p>{w::DONE.text()}</p>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <form class="narrow" novalidate on:submit=submit>
            <div role="status">{success}</div>
            <FailureAlert attempt/>
            <Username email=Signal::derive(move || session.user().and_then(|user| user.email).unwrap_or_default())/>
            <PasswordField field=current id="current-password" label=w::CURRENT which=Which::Current/>
            <PasswordField field=new id="new-password" label=w::NEW which=Which::New described_by="requirements"/>
            <Requirements field=new id="requirements"/>
            <CountdownText countdown=wait again=w::AGAIN_IN now=w::AGAIN_NOW/>
            <Submit attempt label=w::SUBMIT busy=w::BUSY blocked=Signal::derive(move || wait.runs())/>
        </form>
    }
    .into_any()
}
