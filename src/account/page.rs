//! The account page.

use crate::api;
use crate::auth::session::use_session;
use crate::components::alert::{ErrorAlert, action_error};
use crate::i18n::MessageId;
use crate::i18n::account as t;
use crate::layout::app::AppLayout;
use crate::layout::page_heading::PageHeading;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rekey_wire::login::SessionUser;
use rekey_wire::paths::Page;

/// Name, address, extension; changing the password; logging out.
#[component]
pub(crate) fn AccountPage() -> impl IntoView {
    let session = use_session();
    let navigate = use_navigate();
    let log_out = Action::new_unsync(|(): &()| api::log_out());
    let (pending, result) = (log_out.pending(), log_out.value());
    Effect::new(move |_| {
        if result.with(|result| matches!(result, Some(Ok(())))) {
            // Navigate before clearing the session; otherwise the route guard would redirect to log in and come back here.
            navigate(Page::Login.path(), NavigateOptions::default());
            session.sign_out();
        }
    });
    let click = move |_| {
        if !pending.get_untracked() {
            log_out.dispatch(());
        }
    };
    let value = move |read: fn(SessionUser) -> Option<String>| {
        Signal::derive(move || session.user().and_then(read).unwrap_or_else(|| t::NONE.text().to_owned()))
    };
    view! {
        <AppLayout>
            <PageHeading text=t::HEADING/>
            <ErrorAlert error=action_error(log_out)/>
            <dl class="details">
                <DetailRow name=t::NAME value=value(|user| Some(user.name))/>
                <DetailRow name=t::EMAIL value=value(|user| user.email)/>
                <DetailRow name=t::EXTENSION value=value(|user| Some(user.extension))/>
            </dl>
            <div class="row">
                <a class="button secondary" href=Page::ChangePassword.path()>{t::CHANGE_PASSWORD.text()}</a>
                <button type="button" class="secondary" aria-disabled=move || pending.get().then_some("true") on:click=click>
                    {t::LOG_OUT.text()}
                </button>
            </div>
        </AppLayout>
    }
}

#[component]
fn DetailRow(name: MessageId, value: Signal<String>) -> impl IntoView {
    view! {
        <div>
            <dt>{name.text()}</dt>
            <dd>{move || value.get()}</dd>
        </div>
    }
}
