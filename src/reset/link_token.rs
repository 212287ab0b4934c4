//! Token of a mailed link (docs/security.md TOK-12, SES-07).
//!
//! It arrives in the fragment of the URL, from where `bootstrap.js` moves it to `sessionStorage` before anything else runs. It stays there for
//! reloads until it is used.

use crate::browser::session_storage;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use rekey_wire::paths::Page;
use rekey_wire::reset::Token;

const FRAGMENT: &str = "#token=";

/// Handle to the token of a page's link; `Copy`.
#[derive(Clone, Copy)]
pub(crate) struct LinkToken {
    key: &'static str,
    state: RwSignal<TokenState>,
}

/// State of the token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum TokenState {
    /// Not read yet: the first render must equal the prerendered page.
    Unread,
    /// There was none, or it was used.
    Missing,
    /// Read.
    Present(Token),
}

impl LinkToken {
    /// Returns the state, tracked.
    #[must_use]
    pub(crate) fn state(self) -> TokenState {
        self.state.get()
    }

    /// Returns whether this is the token, tracked.
    #[must_use]
    pub(crate) fn is(self, token: &Token) -> bool {
        self.state.with(|state| matches!(state, TokenState::Present(present) if present == token))
    }

    /// Returns the token, untracked.
    #[must_use]
    pub(crate) fn get_untracked(self) -> Option<Token> {
        match self.state.get_untracked() {
            TokenState::Unread | TokenState::Missing => None,
            TokenState::Present(token) => Some(token),
        }
    }

    /// Removes the token from the storage after use.
    pub(crate) fn forget(self) {
        session_storage::clear(self.key);
    }

    fn read(self) {
        let stored = session_storage::load(self.key);
        self.state.set(stored.map_or(TokenState::Missing, |token| TokenState::Present(Token(token))));
    }
}

/// Returns the token of the link to `page`. Another link opened in the same tab changes only the fragment; its token replaces the old one.
#[must_use]
pub(crate) fn use_link_token(page: Page) -> LinkToken {
    let token = LinkToken { key: page.token_key().unwrap_or_default(), state: RwSignal::new(TokenState::Unread) };
    let navigate = use_navigate();
    let take_from_address = move || {
        let hash = window().location().hash().unwrap_or_default();
        let Some(secret) = hash.strip_prefix(FRAGMENT) else { return };
        if secret.is_empty() {
            session_storage::clear(token.key);
        } else {
            session_storage::save(token.key, secret);
        }
        navigate(page.path(), NavigateOptions { replace: true, ..NavigateOptions::default() });
    };
    Effect::new(move |_| {
        take_from_address();
        token.read();
        let take_from_address = take_from_address.clone();
        let listener = window_event_listener(leptos::ev::hashchange, move |_| {
            take_from_address();
            token.read();
        });
        on_cleanup(move || listener.remove());
    });
    token
}
