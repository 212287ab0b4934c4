//! What went wrong, said at once.

use crate::ui::attempt::Attempt;
use crate::ui::icon::{Icon, Picture};
use crate::ui::live::live;
use leptos::prelude::*;

/// A failure in words, read out when it appears.
#[component]
pub(crate) fn Alert(#[prop(into)] text: String) -> impl IntoView {
    view! {
        <div class="notice danger" role="alert">
            <Icon of=Picture::Warning/>
            <p>{text}</p>
        </div>
    }
}

/// The failure of an attempt. What fields say themselves is not said again, and patience is asked for by a countdown.
#[component]
pub(crate) fn FailureAlert(attempt: Attempt) -> impl IntoView {
    live(move || attempt.error().filter(|error| error.wait().is_none()).map(|error| view! { <Alert text=error.words()/> }.into_any()))
}
