//! The requested link that the person is waiting for. Stored in the tab, so that a reload finds it.

use crate::browser::{now, session_storage};
use rekey_wire::paths::inbox_keys::{ADDRESS, TOKEN, UNTIL};
use rekey_wire::reset::Token;

/// How the link was requested, and so how to request another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum PendingRequest {
    /// By address.
    Address(String),
    /// With an expired or used link, whose address nobody typed. Such a link is good for nothing else.
    Renewal(Token),
}

impl PendingRequest {
    /// Saves the request, and the seconds until another may be made.
    pub(crate) fn save(&self, cooldown: u64) {
        let (key, value, other) = match self {
            Self::Address(address) => (ADDRESS, address, TOKEN),
            Self::Renewal(Token(token)) => (TOKEN, token, ADDRESS),
        };
        session_storage::save(key, value);
        session_storage::clear(other);
        save_cooldown_end(now() + cooldown * 1000);
    }

    /// Loads the request, and when another may be made, in milliseconds since 1970.
    #[must_use]
    pub(crate) fn load() -> Option<(Self, u64)> {
        let until = session_storage::load(UNTIL).and_then(|until| until.parse().ok()).unwrap_or_default();
        let renewal = || session_storage::load(TOKEN).map(|token| Self::Renewal(Token(token)));
        session_storage::load(ADDRESS).map(Self::Address).or_else(renewal).map(|request| (request, until))
    }
}

/// Saves when another request may be made, in milliseconds since 1970.
pub(crate) fn save_cooldown_end(end: u64) {
    session_storage::save(UNTIL, &end.to_string());
}
