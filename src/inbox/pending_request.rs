//! Pending request for a link, stored in `sessionStorage` so that it survives a reload.

use crate::browser::{now, session_storage};
use rekey_wire::paths::inbox_keys::{ADDRESS, TOKEN, UNTIL};
use rekey_wire::reset::Token;

/// How the link was requested, which determines how to request another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum PendingRequest {
    /// By address.
    Address(String),
    /// With an expired or used link, whose address is unknown to the page. Such a link has no other use.
    Renewal(Token),
}

impl PendingRequest {
    /// Saves the request and the end of its cooldown (`cooldown` in seconds).
    pub(crate) fn save(&self, cooldown: u64) {
        let (key, value, other) = match self {
            Self::Address(address) => (ADDRESS, address, TOKEN),
            Self::Renewal(Token(token)) => (TOKEN, token, ADDRESS),
        };
        session_storage::save(key, value);
        session_storage::clear(other);
        save_cooldown_end(now() + cooldown * 1000);
    }

    /// Loads the request and the end of its cooldown, in milliseconds since 1970.
    #[must_use]
    pub(crate) fn load() -> Option<(Self, u64)> {
        let until = session_storage::load(UNTIL).and_then(|until| until.parse().ok()).unwrap_or_default();
        let renewal = || session_storage::load(TOKEN).map(|token| Self::Renewal(Token(token)));
        session_storage::load(ADDRESS).map(Self::Address).or_else(renewal).map(|request| (request, until))
    }
}

/// Saves the end of the cooldown, in milliseconds since 1970.
pub(crate) fn save_cooldown_end(end: u64) {
    session_storage::save(UNTIL, &end.to_string());
}
