//! Session: the authentication state of the app.

use crate::api;
use crate::browser;
use leptos::prelude::*;
use leptos::task::spawn_local;
use rekey_wire::login::SessionUser;
use std::time::Duration;

/// How often a visible page checks that the session still exists.
const SESSION_POLL_INTERVAL: Duration = Duration::from_secs(10);

/// Authentication state.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum AuthState {
    /// Not fetched yet.
    Loading,
    /// Not signed in.
    SignedOut,
    /// The session ended while a page was open.
    SessionExpired,
    /// Signed in.
    SignedIn(SessionUser),
}

/// Handle to the session; `Copy`, every copy refers to the same session.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    state: RwSignal<AuthState>,
}

/// Returns the session from context.
#[must_use]
pub(crate) fn use_session() -> Session {
    expect_context()
}

impl Session {
    /// Provides the session in context. `initial` is the session that the page was served with, if any.
    #[must_use]
    pub(crate) fn provide(initial: Option<Option<SessionUser>>) -> Self {
        let state = match initial {
            None => AuthState::Loading,
            Some(None) => AuthState::SignedOut,
            Some(Some(user)) => AuthState::SignedIn(user),
        };
        let session = Self { state: RwSignal::new(state) };
        provide_context(session);
        session
    }

    /// Reads the state, tracked.
    pub(crate) fn with<T>(self, read: impl FnOnce(&AuthState) -> T) -> T {
        self.state.with(read)
    }

    /// Returns the signed-in user, tracked.
    #[must_use]
    pub(crate) fn user(self) -> Option<SessionUser> {
        self.state.with(|state| match state {
            AuthState::SignedIn(user) => Some(user.clone()),
            AuthState::Loading | AuthState::SignedOut | AuthState::SessionExpired => None,
        })
    }

    /// Applies the server's response about the current session.
    pub(crate) fn set_user(self, user: Option<SessionUser>) {
        let Some(next) = self.state.try_with_untracked(|state| match (user, state) {
            (Some(user), _) => AuthState::SignedIn(user),
            (None, AuthState::SignedIn(_) | AuthState::SessionExpired) => AuthState::SessionExpired,
            (None, AuthState::Loading | AuthState::SignedOut) => AuthState::SignedOut,
        }) else {
            return;
        };
        if self.state.with_untracked(|state| *state != next) {
            self.state.set(next);
        }
    }

    /// Handles a 401 response: the session has ended.
    pub(crate) fn handle_unauthorized(self) {
        self.set_user(None);
    }

    /// Handles a deliberate logout.
    pub(crate) fn sign_out(self) {
        self.state.set(AuthState::SignedOut);
    }

    /// Fetches the session again. Does not extend the session; an error changes nothing.
    pub(crate) fn refetch(self) {
        spawn_local(async move {
            if let Ok(user) = api::session().await {
                self.set_user(user);
            }
        });
    }

    /// Clears the state and fetches the session again: a session ended by the user's own action has not expired.
    pub(crate) fn reset_and_refetch(self) {
        self.state.set(AuthState::Loading);
        self.refetch();
    }

    /// Refetches at an interval and on focus until the current owner is disposed, to detect a session that ended elsewhere.
    pub(crate) fn poll(self) {
        let refetch_if_visible = move || {
            if browser::is_visible() {
                self.refetch();
            }
        };
        let timer = set_interval_with_handle(refetch_if_visible, SESSION_POLL_INTERVAL);
        let focus = window_event_listener(leptos::ev::focus, move |_| refetch_if_visible());
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
            focus.remove();
        });
    }
}
