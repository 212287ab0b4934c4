//! The address to send a link to.

use crate::api;
use crate::inbox::awaited::Awaited;
use crate::route::Route;
use crate::router::Router;
use crate::ui::alert::FailureAlert;
use crate::ui::attempt::Attempt;
use crate::ui::field::{Field, email_fault};
use crate::ui::submit::Submit;
use crate::ui::text_field::{Purpose, TextField};
use crate::words::forgot as w;
use leptos::prelude::*;

/// The form. Whatever the address, it leads to "Check your inbox"; so does asking again too soon, where the rest of the
/// wait is shown.
#[component]
pub(crate) fn ForgotForm() -> impl IntoView {
    let router = Router::here();
    let attempt = Attempt::new();
    let email = Field::new(email_fault);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(typed) = email.accept() else { return };
        attempt.run(async move {
            let answer = api::ask_for_link(typed.clone()).await;
            let wait = match answer {
                Ok(seconds) => seconds,
                Err(error) => match error.wait() {
                    Some(seconds) => seconds,
                    None => {
                        email.heed(&error, "email");
                        return Err(error);
                    }
                },
            };
            Awaited::at_address(typed.trim()).keep(wait);
            router.go(Route::Inbox.path());
            Ok(())
        });
    };
    view! {
        <form novalidate on:submit=submit>
            <FailureAlert attempt/>
            <TextField field=email id="email" label=w::EMAIL purpose=Purpose::Username/>
            <Submit attempt label=w::SUBMIT busy=w::BUSY/>
        </form>
    }
    .into_any()
}
