//! Main navigation.

use crate::auth::session::use_session;
use crate::i18n::MessageId;
use crate::i18n::settings as t;
use leptos::prelude::*;
use leptos_router::components::A;
use rekey_wire::paths::Page;
use rekey_wire::users::Role;

/// Settings → Users & Permissions → Users for admins; the account for everybody. On a phone it is collapsed.
#[component]
pub(crate) fn Navigation() -> impl IntoView {
    let session = use_session();
    let is_open = RwSignal::new(false);
    let is_admin = Memo::new(move |_| session.user().is_some_and(|user| user.role == Role::Admin));
    let settings = move || {
        is_admin.get().then(|| {
            view! {
                <li>
                    <span class="nav-group">{t::SETTINGS.text()}</span>
                    <ul class="nav-sublist">
                        <li>
                            <span class="nav-group">{t::USERS_AND_PERMISSIONS.text()}</span>
                            <ul class="nav-sublist">
                                <NavLink page=Page::Users name=t::USERS/>
                                <NavLink page=Page::Audit name=t::AUDIT_LOG/>
                            </ul>
                        </li>
                    </ul>
                </li>
            }
            .into_any()
        })
    };
    view! {
        <nav class="app-nav" aria-label=t::NAVIGATION.text()>
            <button
                type="button"
                class="secondary menu-toggle"
                aria-expanded=move || if is_open.get() { "true" } else { "false" }
                aria-controls="navigation"
                on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
            >
                {t::MENU.text()}
            </button>
            <ul id="navigation" class="nav-list" class:is-open=move || is_open.get()>
                {move || settings()}
                <NavLink page=Page::Account name=t::ACCOUNT/>
            </ul>
        </nav>
    }
}

/// A link that is marked with `aria-current` on its own page.
#[component]
fn NavLink(page: Page, name: MessageId) -> impl IntoView {
    view! {
        <li>
            <A href=page.path() exact=true attr:class="nav-link">{name.text()}</A>
        </li>
    }
}
