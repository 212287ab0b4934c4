//! The secret of a mailed link (docs/security.md TOK-12, SES-07).
//!
//! It comes in the fragment of the address. From there it goes into the tab's own store, where a reload finds it, and
//! out of the address bar at once (`early.js`); it leaves the store once used.

use crate::browser::{self, tab_store};
use crate::route::Route;
use leptos::prelude::window;
use rekey_wire::reset::Token;

const FRAGMENT: &str = "#token=";

/// Moves the secret from the address bar to the store; whether there was one. That of the link which loaded the page was
/// moved by `early.js` already, before anything else; what is left is another link, opened in the same tab.
pub(crate) fn take_from_address() -> bool {
    let location = window().location();
    let (path, hash) = (location.pathname().unwrap_or_default(), location.hash().unwrap_or_default());
    let (Some(token), Some(key)) = (hash.strip_prefix(FRAGMENT), key(Route::parse(&path))) else { return false };
    if token.is_empty() {
        tab_store::remove(key);
    } else {
        tab_store::set(key, token);
    }
    browser::replace_address(&path);
    true
}

/// The secret that a page holds.
#[must_use]
pub(crate) fn kept_for(page: Route) -> Option<Token> {
    tab_store::get(key(page)?).map(Token)
}

/// Forgets the secret that a page holds.
pub(crate) fn forget(page: Route) {
    if let Some(key) = key(page) {
        tab_store::remove(key);
    }
}

const fn key(page: Route) -> Option<&'static str> {
    match page {
        Route::Reset => Some("rekey.reset.token"),
        Route::NotMe => Some("rekey.not-me.token"),
        _ => None,
    }
}
