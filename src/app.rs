//! The app: starts, decides who sees what, and shows it.

use crate::behind_login::BehindLogin;
use crate::gate::{self, Visit};
use crate::route::{Audience, Route};
use crate::router::{Address, Router};
use crate::session::Session;
use crate::start::Start;
use crate::ui::live::{effect, live};
use crate::ui::offline::{Offline, Outage};
use crate::ui::page_heading::Headings;
use crate::{forgot, inbox, login, not_found, not_me, reset};
use leptos::prelude::*;
use rekey_wire::bootstrap::BootstrapData;
use std::time::Duration;

/// The app.
#[component]
pub fn App(
    /// Path and query; in a browser absent: then the address bar's, followed from then on.
    #[prop(optional, into)]
    address: Option<String>,
    /// What the page was served with.
    #[prop(optional_no_strip)]
    start: Option<BootstrapData>,
) -> impl IntoView {
    let (config, told) = start.map(|start| (start.config, start.session)).unzip();
    let start = Start::provide(config);
    let session = Session::provide(told);
    let router = Router::provide(address.map(|address| Address::parse(&address)));
    Headings::provide();
    let behind_login = BehindLogin::provide();
    // The screen first.
    effect(move || set_timeout(move || start.run(session), Duration::ZERO));
    // Before anything is drawn: who comes to "/" is shown the login form by the page itself, which must not be drawn anew.
    if let Visit::Go(to) = untrack(|| session.with(|person| gate::decide(&router.address(), person))) {
        router.redirect(&to);
    }
    let visit = Memo::new(move |_| session.with(|person| gate::decide(&router.address(), person)));
    effect(move || {
        if let Visit::Go(to) = visit.get() {
            router.redirect(&to);
        }
    });
    // Asking again must not take away a screen and what is typed there.
    let is_blank = Memo::new(move |_| start.is_blank(session));
    let is_cut_off = Memo::new(move |_| start.failed() && !start.is_blank(session));
    view! {
        {live(move || is_cut_off.get().then(|| view! { <Outage/> }.into_any()))}
        {live(move || if is_blank.get() { view! { <Offline/> }.into_any() } else { screen(visit.get(), behind_login) })}
    }
    .into_any()
}

fn screen(visit: Visit, behind_login: BehindLogin) -> AnyView {
    match visit {
        Visit::Show(route) if route.audience() == Audience::Anybody => page(route),
        Visit::Show(_) | Visit::Forbidden => behind_login.show(visit),
        Visit::Go(_) | Visit::Wait => view! { <crate::ui::wait::Wait/> }.into_any(),
    }
}

fn page(route: Route) -> AnyView {
    match route {
        Route::Forgot => view! { <forgot::page::ForgotPage/> }.into_any(),
        Route::Inbox => view! { <inbox::page::InboxPage/> }.into_any(),
        Route::Reset => view! { <reset::page::ResetPage/> }.into_any(),
        Route::NotMe => view! { <not_me::page::NotMePage/> }.into_any(),
        Route::NotFound => view! { <not_found::NotFoundPage/> }.into_any(),
        _ => view! { <login::page::LoginPage/> }.into_any(),
    }
}
