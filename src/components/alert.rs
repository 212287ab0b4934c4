//! Result messages of actions.

use crate::api::{self, Error};
use crate::components::icon::{Icon, IconName};
use leptos::prelude::*;

/// An error message, announced when it appears.
#[component]
pub(crate) fn Alert(#[prop(into)] text: String) -> impl IntoView {
    view! {
        <div class="notice danger" role="alert">
            <Icon name=IconName::Warning/>
            <p>{text}</p>
        </div>
    }
}

/// A success message. Place it in an element with `role="status"`.
#[component]
pub(crate) fn SuccessMessage(#[prop(into)] text: String) -> impl IntoView {
    view! {
        <div class="notice ok">
            <Icon name=IconName::Check/>
            <p>{text}</p>
        </div>
    }
}

/// The error of an action as an [`Alert`]. Rate limits are shown as a countdown elsewhere.
#[component]
pub(crate) fn ErrorAlert(error: Signal<Option<Error>>) -> impl IntoView {
    view! { {move || error.get().filter(|error| error.retry_after().is_none()).map(|error| view! { <Alert text=error.message()/> }.into_any())} }
}

/// Returns the error of an action's last call; `None` while another call is pending.
pub(crate) fn action_error<I: 'static, T: 'static>(action: Action<I, api::Result<T>>) -> Signal<Option<Error>> {
    let (pending, value) = (action.pending(), action.value());
    Signal::derive(move || if pending.get() { None } else { value.with(|value| value.as_ref()?.as_ref().err().cloned()) })
}
