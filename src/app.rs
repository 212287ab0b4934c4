//! The app: contexts and routes.

use crate::auth::session::Session;
use crate::boot::lazy_pages::{LazyPage, SignedInPage};
use crate::components::loading::LoadingIndicator;
use crate::config::AppConfig;
use crate::errors::not_found::NotFoundPage;
use crate::errors::offline::{OfflineBanner, OfflinePage};
use crate::forgot::page::ForgotPage;
use crate::guard::Guard;
use crate::inbox::page::InboxPage;
use crate::layout::page_heading::HeadingHistory;
use crate::login::page::LoginPage;
use crate::not_me::page::NotMePage;
use crate::reset::page::ResetPage;
use crate::routes::pattern;
use crate::startup::Startup;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use rekey_wire::bootstrap::BootstrapData;
use rekey_wire::paths::Page;
use std::time::Duration;

/// The app.
#[component]
pub fn App(
    /// The data that the page was served with.
    #[prop(optional_no_strip)]
    bootstrap: Option<BootstrapData>,
) -> impl IntoView {
    let (config, user) = bootstrap.map(|data| (data.config, data.session.user)).unzip();
    let config = AppConfig::provide(config);
    let session = Session::provide(user);
    let startup = Startup::provide(config, session);
    HeadingHistory::provide();
    provide_meta_context();
    // Rendering comes first.
    Effect::new(move |_| set_timeout(move || startup.run(), Duration::ZERO));
    let title = move |heading: String| {
        let brand = config.brand();
        if brand.is_empty() { heading } else { [&heading, " · ", &brand].concat() }
    };
    view! {
        <Title formatter=title/>
        <Show when=move || startup.show_offline_banner()>
            <OfflineBanner/>
        </Show>
        <Show when=move || !startup.show_offline_page() fallback=OfflinePage>
            <Router>
                <Routes/>
            </Router>
        </Show>
    }
}

/// The table of contents of the app.
#[component]
fn Routes() -> impl IntoView {
    view! {
        <FlatRoutes fallback=NotFoundPage>
            <Route path=pattern(Page::Home) view=|| view! { <Guard page=Page::Home><LoadingIndicator/></Guard> }/>
            <Route path=pattern(Page::Login) view=|| view! { <Guard page=Page::Login><LoginPage/></Guard> }/>
            <Route path=pattern(Page::ForgotPassword) view=ForgotPage/>
            <Route path=pattern(Page::Inbox) view=InboxPage/>
            <Route path=pattern(Page::ResetPassword) view=ResetPage/>
            <Route path=pattern(Page::NotMe) view=NotMePage/>
            <Route path=pattern(Page::Users) view=|| signed_in(Page::Users, SignedInPage::Users)/>
            <Route path=pattern(Page::Audit) view=|| signed_in(Page::Audit, SignedInPage::Audit)/>
            <Route path=pattern(Page::Account) view=|| signed_in(Page::Account, SignedInPage::Account)/>
            <Route path=pattern(Page::ChangePassword) view=|| signed_in(Page::ChangePassword, SignedInPage::ChangePassword)/>
        </FlatRoutes>
    }
}

/// A page of the lazy chunk, for those who may see it.
fn signed_in(page: Page, lazy: SignedInPage) -> impl IntoView {
    view! { <Guard page><LazyPage page=lazy/></Guard> }
}
