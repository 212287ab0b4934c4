//! The screen for who did not ask for the mail they got.

use super::cancel::Cancel;
use crate::reset::token;
use crate::route::Route;
use crate::ui::alert::Alert;
use crate::ui::card::Card;
use crate::ui::help::Help;
use crate::ui::live::{effect, live};
use crate::ui::page_heading::PageHeading;
use crate::words::not_me as w;
use leptos::prelude::*;
use rekey_wire::reset::Token;

/// Cancelling takes a click: programs that open every link of a mail must not do it.
#[component]
pub(crate) fn NotMePage() -> impl IntoView {
    let held = || {
        token::take_from_address();
        token::kept_for(Route::NotMe)
    };
    // Off the browser there is no secret, and the button is what is drawn.
    let link = RwSignal::new(if cfg!(target_arch = "wasm32") { Some(held()) } else { None::<Option<Token>> });
    effect(move || {
        let another = window_event_listener_untyped("hashchange", move |_| {
            if token::take_from_address() {
                link.set(Some(token::kept_for(Route::NotMe)));
            }
        });
        on_cleanup(move || another.remove());
    });
    view! {
        <Card>
            <PageHeading text=w::HEADING/>
            {live(move || match link.get() {
                Some(None) => view! { <Alert text=w::NO_LINK/> }.into_any(),
                token => view! { <Cancel token=token.flatten()/> }.into_any(),
            })}
            <Help/>
        </Card>
    }
    .into_any()
}
