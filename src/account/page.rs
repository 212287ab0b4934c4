//! Who one is here.

use crate::api;
use crate::route::Route;
use crate::router::Router;
use crate::session::Session;
use crate::settings::desk::Desk;
use crate::ui::alert::FailureAlert;
use crate::ui::attempt::Attempt;
use crate::ui::live::live;
use crate::ui::page_heading::PageHeading;
use crate::words::Word;
use crate::words::account as w;
use leptos::prelude::*;
use rekey_wire::login::SessionUser;

/// Name, address, extension; changing the password; logging out.
#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let session = Session::here();
    let router = Router::here();
    let attempt = Attempt::new();
    let log_out = move |_| {
        attempt.run(async move {
            api::log_out().await?;
            // First the place, then the person: leaving on one's own is no session that ended.
            router.go(Route::Login.path());
            session.leave();
            Ok(())
        });
    };
    let field =
        move |read: fn(SessionUser) -> Option<String>| move || session.user().and_then(read).unwrap_or_else(|| w::NONE.text().to_owned());
    view! {
        <Desk>
            <PageHeading text=w::HEADING/>
            <FailureAlert attempt/>
            <dl class="facts">
                <Fact name=w::NAME value=Signal::derive(field(|user| Some(user.name)))/>
                <Fact name=w::EMAIL value=Signal::derive(field(|user| user.email))/>
                <Fact name=w::EXTENSION value=Signal::derive(field(|user| Some(user.extension)))/>
            </dl>
            <div class="row">
                <a class="button secondary" href=Route::ChangePassword.path()>{w::CHANGE_PASSWORD.text()}</a>
                <button type="button" class="secondary" aria-disabled=live(move || attempt.pending().then_some("true")) on:click=log_out>
                    {w::LOG_OUT.text()}
                </button>
            </div>
        </Desk>
    }
    .into_any()
}

#[component]
fn Fact(name: Word, value: Signal<String>) -> impl IntoView {
    view! {
        <div>
            <dt>{name.text()}</dt>
            <dd>{live(move || value.get())}</dd>
        </div>
    }
    .into_any()
}
