//! Route guard: decides from the page and the authentication state whether a page may be shown.

use crate::auth::next;
use crate::auth::session::{AuthState, use_session};
use crate::boot::lazy_pages::{LazyPage, SignedInPage};
use crate::components::loading::LoadingIndicator;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};
use rekey_wire::paths::{Page, RequiredAccess};
use rekey_wire::users::Role;

/// What to do with a request for a page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum RouteAccess {
    /// Show the page.
    Allow,
    /// Go to this address instead.
    Redirect(String),
    /// The user is signed in, but the role does not allow it.
    Forbidden,
    /// Depends on the session, which is not known yet.
    Pending,
}

/// Decides whether `page`, open at `address` (path and query), may be shown. `next` is the `next` parameter of the query.
#[must_use]
pub(crate) fn resolve(page: Page, address: &str, next: Option<&str>, auth: &AuthState) -> RouteAccess {
    let redirect = |page: Page| RouteAccess::Redirect(page.path().to_owned());
    match page {
        Page::Home => match auth {
            AuthState::Loading => RouteAccess::Pending,
            AuthState::SignedOut | AuthState::SessionExpired => redirect(Page::Login),
            AuthState::SignedIn(user) => redirect(Page::start_page(user.role)),
        },
        Page::Login => match auth {
            AuthState::Loading => RouteAccess::Pending,
            AuthState::SignedOut | AuthState::SessionExpired => RouteAccess::Allow,
            AuthState::SignedIn(user) => {
                next.and_then(next::validate).map_or_else(|| redirect(Page::start_page(user.role)), RouteAccess::Redirect)
            }
        },
        Page::ForgotPassword
        | Page::Inbox
        | Page::ResetPassword
        | Page::NotMe
        | Page::Users
        | Page::NewUser
        | Page::ImportUsers
        | Page::User
        | Page::Audit
        | Page::Account
        | Page::ChangePassword => match page.required_access() {
            RequiredAccess::Public => RouteAccess::Allow,
            required @ (RequiredAccess::SignedIn | RequiredAccess::Staff | RequiredAccess::Admin) => match auth {
                AuthState::Loading => RouteAccess::Pending,
                AuthState::SignedOut | AuthState::SessionExpired => RouteAccess::Redirect(next::login_path(address)),
                AuthState::SignedIn(user) if is_allowed(required, user.role) => RouteAccess::Allow,
                AuthState::SignedIn(_) => RouteAccess::Forbidden,
            },
        },
    }
}

const fn is_allowed(required: RequiredAccess, role: Role) -> bool {
    match required {
        RequiredAccess::Public | RequiredAccess::SignedIn => true,
        RequiredAccess::Staff => role.sees_users(),
        RequiredAccess::Admin => matches!(role, Role::Admin),
    }
}

/// Shows `children` if the page may be shown; otherwise redirects, waits, or says that it is forbidden.
#[component]
pub(crate) fn Guard(page: Page, children: ChildrenFn) -> impl IntoView {
    let session = use_session();
    let location = use_location();
    let query = use_query_map();
    let navigate = use_navigate();
    let access = Memo::new(move |_| {
        let search = location.search.get();
        let address = if search.is_empty() { location.pathname.get() } else { [&location.pathname.get(), "?", &search].concat() };
        session.with(|auth| resolve(page, &address, query.read().get_str("next"), auth))
    });
    Effect::new(move |_| {
        // The page that is being left must not redirect: its address is no longer the current one.
        let is_current = Page::parse(&location.pathname.get_untracked()) == Some(page);
        if let RouteAccess::Redirect(to) = access.get()
            && is_current
        {
            navigate(&to, NavigateOptions { replace: true, ..NavigateOptions::default() });
        }
    });
    view! {
        {move || match access.get() {
            RouteAccess::Allow => children(),
            RouteAccess::Forbidden => view! { <LazyPage page=SignedInPage::Forbidden/> }.into_any(),
            RouteAccess::Redirect(_) | RouteAccess::Pending => view! { <LoadingIndicator/> }.into_any(),
        }}
    }
}

#[cfg(test)]
mod tests {
    use super::{RouteAccess, resolve};
    use crate::auth::session::AuthState;
    use rekey_wire::login::SessionUser;
    use rekey_wire::paths::Page;
    use rekey_wire::users::Role;

    fn user(role: Role) -> AuthState {
        AuthState::SignedIn(SessionUser { id: "1".into(), name: "Jo".into(), email: None, role, extension: "100".into(), language: None })
    }

    fn redirect(to: &str) -> RouteAccess {
        RouteAccess::Redirect(to.to_owned())
    }

    /// `page` at its own path.
    fn open(page: Page, auth: &AuthState) -> RouteAccess {
        resolve(page, page.path(), None, auth)
    }

    #[test]
    fn everybody_starts_at_their_start_page() {
        for page in [Page::Home, Page::Login] {
            assert_eq!(open(page, &AuthState::Loading), RouteAccess::Pending);
            assert_eq!(open(page, &user(Role::Admin)), redirect("/settings/users"));
            assert_eq!(open(page, &user(Role::Agent)), redirect("/account"));
        }
        for signed_out in [AuthState::SignedOut, AuthState::SessionExpired] {
            assert_eq!(open(Page::Home, &signed_out), redirect("/login"));
            assert_eq!(open(Page::Login, &signed_out), RouteAccess::Allow);
        }
    }

    #[test]
    fn a_visitor_logs_in_and_comes_back() {
        let login = |next: &str, auth: &AuthState| resolve(Page::Login, "/login", Some(next), auth);
        assert_eq!(open(Page::ChangePassword, &AuthState::SignedOut), redirect("/login?next=/account/password"));
        assert_eq!(login("/account/password", &user(Role::Admin)), redirect("/account/password"));
        assert_eq!(login("//evil.example", &user(Role::Agent)), redirect("/account"));
    }

    #[test]
    fn settings_are_for_admins() {
        for page in [Page::Users, Page::Audit] {
            assert_eq!(open(page, &AuthState::Loading), RouteAccess::Pending);
            assert_eq!(open(page, &user(Role::Agent)), RouteAccess::Forbidden);
            assert_eq!(open(page, &user(Role::Admin)), RouteAccess::Allow);
        }
    }

    #[test]
    fn managers_see_users_and_neither_import_nor_audit_log() {
        for page in [Page::Users, Page::NewUser, Page::User] {
            assert_eq!(open(page, &user(Role::Manager)), RouteAccess::Allow);
            assert_eq!(open(page, &user(Role::Agent)), RouteAccess::Forbidden);
        }
        for page in [Page::ImportUsers, Page::Audit] {
            assert_eq!(open(page, &user(Role::Manager)), RouteAccess::Forbidden);
        }
        assert_eq!(open(Page::Home, &user(Role::Manager)), redirect("/settings/users"));
    }

    #[test]
    fn links_from_mail_work_for_everybody() {
        for auth in [AuthState::Loading, AuthState::SignedOut, AuthState::SessionExpired, user(Role::Agent)] {
            for page in [Page::ForgotPassword, Page::Inbox, Page::ResetPassword, Page::NotMe] {
                assert_eq!(open(page, &auth), RouteAccess::Allow);
            }
        }
    }
}
