//! Where one can go, and where one is.

use crate::route::Route;
use crate::router::Router;
use crate::session::Session;
use crate::ui::live::live;
use crate::words::Word;
use crate::words::settings as w;
use leptos::prelude::*;
use rekey_wire::users::Role;

/// Settings → Users & Permissions → Users for admins; one's own account for everybody. On a phone it is folded away.
#[component]
pub(crate) fn Navigation() -> impl IntoView {
    let session = Session::here();
    let open = RwSignal::new(false);
    let is_admin = Memo::new(move |_| session.user().is_some_and(|user| user.role == Role::Admin));
    let settings = move || {
        is_admin.get().then(|| {
            view! {
                <li>
                    <span class="group">{w::SETTINGS.text()}</span>
                    <ul>
                        <li>
                            <span class="group">{w::USERS_AND_PERMISSIONS.text()}</span>
                            <ul>
                                <Place route=Route::Users name=w::USERS/>
                                <Place route=Route::Audit name=w::AUDIT_LOG/>
                            </ul>
                        </li>
                    </ul>
                </li>
            }
            .into_any()
        })
    };
    view! {
        <nav aria-label=w::NAVIGATION.text()>
            <button
                type="button"
                class="secondary fold"
                aria-expanded=live(move || if open.get() { "true" } else { "false" })
                aria-controls="navigation"
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {w::MENU.text()}
            </button>
            <ul id="navigation" class:open=live(move || open.get())>
                {settings}
                <Place route=Route::Account name=w::ACCOUNT/>
            </ul>
        </nav>
    }
    .into_any()
}

#[component]
fn Place(route: Route, name: Word) -> impl IntoView {
    let router = Router::here();
    view! {
        <li>
            <a href=route.path() aria-current=live(move || (router.route() == route).then_some("page"))>{name.text()}</a>
        </li>
    }
    .into_any()
}
