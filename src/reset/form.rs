//! Form for setting a new password.

use super::state::{LinkError, LinkStatus, ResetLinkState};
use crate::api;
use crate::auth::session::use_session;
use crate::browser::nfc;
use crate::components::alert::{ErrorAlert, action_error};
use crate::components::field::FieldKind;
use crate::components::form::Form;
use crate::components::password_field::{PasswordField, PasswordKind};
use crate::components::requirements::Requirements;
use crate::components::submit_button::SubmitButton;
use crate::components::username_field::UsernameField;
use crate::config::use_config;
use crate::i18n::reset as t;
use crate::layout::page_heading::PageHeading;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use rekey_wire::reset::{RedeemRequest, Token};
use validator::ValidateArgs;

/// Heading and form; shown unless the link is known to be invalid.
#[component]
pub(crate) fn NewPasswordForm(link: ResetLinkState) -> impl IntoView {
    let config = use_config();
    let session = use_session();
    let form = Form::new();
    let password = form.field("password", FieldKind::NewPassword);
    let request = move |token| RedeemRequest { token, password: nfc(&password.value()) };
    form.validate_with(move || request(Token(String::new())).validate_with_args(&config.policy()));
    let email = Memo::new(move |_| match link.status() {
        LinkStatus::Valid { email } => email,
        LinkStatus::Checking | LinkStatus::CheckFailed(_) | LinkStatus::Invalid(_) | LinkStatus::Redeemed { .. } => String::new(),
    });

    let redeem = Action::new_unsync(|request: &RedeemRequest| api::redeem_link(request.clone()));
    let (pending, result) = (redeem.pending(), redeem.value());
    Effect::new(move |_| match result.get() {
        Some(Ok(sessions_ended)) => {
            link.set_redeemed(sessions_ended);
            session.reset_and_refetch();
        }
        Some(Err(error)) => match LinkError::from_error(&error) {
            Some(link_error) => link.set_refused(link_error),
            None => form.apply_server_error(&error),
        },
        None => {}
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !pending.get_untracked()
            && form.is_valid()
            && let Some(token) = link.token()
        {
            redeem.dispatch(untrack(|| request(token)));
        }
    };
    view! {
        <PageHeading text=t::HEADING/>
        <p class="lead">{t::FOR_ACCOUNT.text()} " " <strong class="address line">{move || email.get()}</strong></p>
        <form class="form" novalidate on:submit=submit>
            <ErrorAlert error=action_error(redeem)/>
            <UsernameField email/>
            <PasswordField field=password id="password" label=t::NEW_PASSWORD kind=PasswordKind::New described_by="requirements"/>
            <Requirements
                password=Signal::derive(move || password.value())
                policy=Signal::derive(move || config.policy())
                id="requirements"
            />
            <SubmitButton pending label=t::SUBMIT busy=t::BUSY/>
        </form>
    }
}
