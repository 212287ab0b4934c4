//! The screen after asking for a link; the same for every address.

use super::again::SendAgain;
use super::awaited::Awaited;
use crate::route::Route;
use crate::router::Router;
use crate::start::Start;
use crate::ui::card::Card;
use crate::ui::help::Help;
use crate::ui::live::{effect, live};
use crate::ui::page_heading::PageHeading;
use crate::words::inbox as w;
use crate::words::time::span;
use leptos::prelude::*;

/// Where the mail went and what to look for. Who comes here without having asked is sent to where one asks.
#[component]
pub(crate) fn InboxPage() -> impl IntoView {
    let router = Router::here();
    let Some((awaited, until)) = Awaited::kept() else {
        effect(move || router.redirect(Route::Forgot.path()));
        return ().into_any();
    };
    let start = Start::here();
    let sent_to = match &awaited {
        Awaited::AtAddress(address) => w::SENT_TO.with(&[("address", address)]),
        Awaited::ByLink(_) => w::SENT_TO_SAME.text().to_owned(),
    };
    let life = move || start.link_ttl().map(|seconds| w::LIFE.with(&[("time", &span(seconds))]));
    view! {
        <Card>
            <PageHeading text=w::HEADING/>
            <p class="lead">{sent_to}</p>
            <ul class="hints">
                <li>{live(move || w::SUBJECT.with(&[("brand", &start.brand())]))}</li>
                <li>{life}</li>
                <li>{w::SPAM.text()}</li>
            </ul>
            <SendAgain awaited until/>
            <p class="aside">
                <a href=Route::Forgot.path()>{w::OTHER_ADDRESS.text()}</a>
                <a href=Route::Login.path()>{w::BACK.text()}</a>
            </p>
            <Help/>
        </Card>
    }
    .into_any()
}
