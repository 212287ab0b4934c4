//! The app: starts, decides who sees what, and shows it.

use crate::gate::{self, Visit};
use crate::route::Route;
use crate::router::{Address, Router};
use crate::session::Session;
use crate::start::Start;
use crate::ui::live::{effect, live};
use crate::ui::offline::Offline;
use crate::ui::page_heading::Headings;
use crate::{account, audit, forgot, inbox, login, not_found, not_me, reset, settings, users};
use leptos::prelude::*;

/// The app.
#[component]
pub fn App(
    /// Path and query; in a browser absent: then the address bar's, followed from then on.
    #[prop(optional, into)]
    address: Option<String>,
) -> impl IntoView {
    let start = Start::provide();
    let session = Session::provide();
    let router = Router::provide(address.map(|address| Address::parse(&address)));
    Headings::provide();
    effect(move || start.run(session));
    let visit = Memo::new(move |_| session.with(|person| gate::decide(&router.address(), person)));
    effect(move || {
        if let Visit::Go(to) = visit.get() {
            router.redirect(&to);
        }
    });
    live(move || if start.failed() { view! { <Offline/> }.into_any() } else { screen(visit.get()) })
}

fn screen(visit: Visit) -> AnyView {
    match visit {
        Visit::Show(route) => page(route),
        Visit::Forbidden => view! { <settings::forbidden::Forbidden/> }.into_any(),
        Visit::Go(_) | Visit::Wait => view! { <crate::ui::wait::Wait/> }.into_any(),
    }
}

fn page(route: Route) -> AnyView {
    match route {
        Route::Login | Route::Home => view! { <login::page::LoginPage/> }.into_any(),
        Route::Forgot => view! { <forgot::page::ForgotPage/> }.into_any(),
        Route::Inbox => view! { <inbox::page::InboxPage/> }.into_any(),
        Route::Reset => view! { <reset::page::ResetPage/> }.into_any(),
        Route::NotMe => view! { <not_me::page::NotMePage/> }.into_any(),
        Route::Users => view! { <users::page::UsersPage/> }.into_any(),
        Route::Account => view! { <account::page::AccountPage/> }.into_any(),
        Route::ChangePassword => view! { <account::password::ChangePasswordPage/> }.into_any(),
        Route::Audit => view! { <audit::page::AuditPage/> }.into_any(),
        Route::NotFound => view! { <not_found::NotFoundPage/> }.into_any(),
    }
}
