//! Dialog that changes a user's address.

use super::context::use_users;
use crate::api::{self, Error};
use crate::components::alert::{ErrorAlert, action_error};
use crate::components::dialog::{CancelButton, Dialog};
use crate::components::email_field::EmailField;
use crate::components::field::FieldKind;
use crate::components::form::Form;
use crate::components::submit_button::SubmitButton;
use crate::i18n::{MessageId, email_dialog as t, users};
use leptos::prelude::*;
use rekey_wire::problem::{Code, FieldError, FieldErrors};
use rekey_wire::users::{User, UserPatch};
use validator::Validate;

/// One field. A failure is shown inside the dialog, which keeps what was typed.
#[component]
pub(super) fn EmailDialog(user: User) -> impl IntoView {
    let context = use_users();
    let closing = RwSignal::new(false);
    let User { id, name, email, .. } = user;
    let name = StoredValue::new(name);
    let format = move |message: MessageId| name.with_value(|name| message.format(&[("name", name)]));
    let heading = format(if email.is_some() { users::FIX_EMAIL_FOR } else { users::ADD_EMAIL_FOR });
    let form = Form::new();
    let field = form.field("email", FieldKind::Text);
    let patch = move || UserPatch { email: Some(Some(field.value())), ..UserPatch::default() };
    form.validate_with(move || patch().validate());
    let save = Action::new_unsync(move |patch: &UserPatch| {
        let (id, patch) = (id.clone(), patch.clone());
        async move { api::change_email(&id, patch).await.map_err(as_field_error) }
    });
    let (pending, result) = (save.pending(), save.value());
    Effect::new(move |_| match &*result.read() {
        Some(Ok(())) => {
            context.show_success(format(users::EMAIL_SAVED));
            closing.set(true);
        }
        Some(Err(error)) => form.apply_server_error(error),
        None => {}
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if form.is_valid() {
            save.dispatch(untrack(patch));
        }
    };
    view! {
        <Dialog heading closing busy=pending on_close=move || context.close_dialog()>
            <p class="lead">{t::LEAD.text()}</p>
            <form class="form" novalidate on:submit=submit>
                <ErrorAlert error=action_error(save)/>
                <EmailField field id="user-email" label=t::EMAIL autocomplete="off" initial=email/>
                <div class="row">
                    <CancelButton closing busy=pending/>
                    <SubmitButton pending label=t::SAVE busy=t::BUSY/>
                </div>
            </form>
        </Dialog>
    }
}

/// "Another user has this address" belongs to the field.
fn as_field_error(error: Error) -> Error {
    match error {
        Error::Api(mut api) if api.code == Code::EmailTaken => {
            let taken = FieldError { code: "email_taken".to_owned(), message: String::new() };
            api.code = Code::InvalidFields;
            api.fields = FieldErrors::from([("email".to_owned(), vec![taken])]);
            Error::Api(api)
        }
        other @ (Error::Api(_) | Error::Network) => other,
    }
}
