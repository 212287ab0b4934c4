//! The mail that is awaited, kept for a reload of this tab.

use crate::browser::{now, tab_store};
use rekey_wire::reset::Token;

const ADDRESS: &str = "rekey.inbox.address";
const TOKEN: &str = "rekey.inbox.token";
const UNTIL: &str = "rekey.inbox.until";

/// Which mail, and how to ask for another.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Awaited {
    /// Asked for by typing an address.
    AtAddress(String),
    /// Asked for with a dead link, whose address nobody typed; the link can do nothing else any more.
    ByLink(Token),
}

impl Awaited {
    /// A mail to the address typed.
    #[must_use]
    pub(crate) fn at_address(address: &str) -> Self {
        Self::AtAddress(address.to_owned())
    }

    /// Keeps it, with the seconds until another may be asked for.
    pub(crate) fn keep(&self, wait: u64) {
        let (key, value, other) = match self {
            Self::AtAddress(address) => (ADDRESS, address, TOKEN),
            Self::ByLink(Token(token)) => (TOKEN, token, ADDRESS),
        };
        tab_store::set(key, value);
        tab_store::remove(other);
        keep_until(now() + wait * 1000);
    }

    /// What was kept, and when another may be asked for, in milliseconds since 1970.
    #[must_use]
    pub(crate) fn kept() -> Option<(Self, u64)> {
        let until = tab_store::get(UNTIL).and_then(|until| until.parse().ok()).unwrap_or_default();
        let token = || tab_store::get(TOKEN).map(|token| Self::ByLink(Token(token)));
        tab_store::get(ADDRESS).map(Self::AtAddress).or_else(token).map(|awaited| (awaited, until))
    }
}

/// Keeps another end of the countdown, in milliseconds since 1970.
pub(crate) fn keep_until(until: u64) {
    tab_store::set(UNTIL, &until.to_string());
}
