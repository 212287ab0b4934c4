//! Giving a user an address that works.

use super::page::Desktop;
use crate::api;
use crate::ui::alert::FailureAlert;
use crate::ui::attempt::Attempt;
use crate::ui::dialog::Dialog;
use crate::ui::field::{Field, email_fault};
use crate::ui::submit::Submit;
use crate::ui::text_field::{Purpose, TextField};
use crate::words::{self, email_dialog as w, users};
use leptos::prelude::*;
use rekey_wire::problem::Code;
use rekey_wire::users::User;

/// One field. A failure stays inside, with what was typed.
#[component]
pub(super) fn EmailDialog(desktop: Desktop, user: User) -> impl IntoView {
    let attempt = Attempt::new();
    let closing = RwSignal::new(false);
    let name = StoredValue::new(user.name);
    let with_name = move |word: words::Word| name.with_value(|name| word.with(&[("name", name)]));
    let heading = with_name(if user.email.is_some() { users::FIX_EMAIL_FOR } else { users::ADD_EMAIL_FOR });
    let field = Field::new(email_fault);
    field.input(user.email.unwrap_or_default());
    let id = user.id;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(typed) = field.accept() else { return };
        let id = id.clone();
        attempt.run(async move {
            if let Err(mut error) = api::change_email(&id, typed).await {
                field.heed(&error, "email");
                if let api::Error::Refused(refusal) = &mut error
                    && refusal.code == Code::EmailTaken
                {
                    field.refuse(words::error::EMAIL_TAKEN.text().to_owned());
                    refusal.code = Code::InvalidFields;
                }
                return Err(error);
            }
            desktop.done.try_set(Some(with_name(users::EMAIL_SAVED)));
            closing.try_set(true);
            desktop.list.refresh();
            Ok(())
        });
    };
    view! {
        <Dialog heading closing on_close=Callback::new(move |()| desktop.asked.set(None))>
            <p class="lead">{w::LEAD.text()}</p>
            <form novalidate on:submit=submit>
                <FailureAlert attempt/>
                <TextField field id="user-email" label=w::EMAIL purpose=Purpose::OthersEmail/>
                <div class="row">
                    <button type="button" class="secondary" on:click=move |_| closing.set(true)>{w::CANCEL.text()}</button>
                    <Submit attempt label=w::SAVE busy=w::BUSY/>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
