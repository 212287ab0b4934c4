//! Cancelling the reset that somebody else asked for.

use crate::api;
use crate::reset::token;
use crate::route::Route;
use crate::ui::alert::FailureAlert;
use crate::ui::attempt::Attempt;
use crate::ui::icon::{Icon, Picture};
use crate::ui::live::live;
use crate::ui::submit::Submit;
use crate::words::not_me as w;
use leptos::prelude::*;
use rekey_wire::reset::Token;

/// What happened, the button, then what was done and what to do.
#[component]
pub(crate) fn Cancel(token: Option<Token>) -> impl IntoView {
    let attempt = Attempt::new();
    let done = RwSignal::new(false);
    let token = StoredValue::new(token);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(token) = token.get_value() else { return };
        attempt.run(async move {
            api::report_link(token).await?;
            token::forget(Route::NotMe);
            done.try_set(true);
            Ok(())
        });
    };
    let ask = move || {
        view! {
            <p class="lead">{w::LEAD.text()}</p>
            <form on:submit=submit>
                <FailureAlert attempt/>
                <Submit attempt label=w::SUBMIT busy=w::BUSY/>
            </form>
        }
        .into_any()
    };
    view! {
        {live(move || if done.get() { ().into_any() } else { ask() })}
        <div role="status">{live(move || done.get().then(|| view! { <Done/> }))}</div>
    }
    .into_any()
}

#[component]
fn Done() -> impl IntoView {
    view! {
        <div class="notice ok">
            <Icon of=Picture::Check/>
            <p>{w::DONE.text()}</p>
        </div>
        <p>{w::NEXT.text()}</p>
    }
    .into_any()
}
