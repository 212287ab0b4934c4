//! The mails that Rekey sends: what each has to say, not how it is worded.

use crate::address::Address;
use std::fmt;
use std::time::Duration;

/// To whom.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The address stored in the profile, never one that was typed (EML-01).
    pub to: Address,
    /// The person's name as stored; anything, so it is never trusted.
    pub to_name: String,
}

/// What. `Debug` hides the links.
#[derive(Clone)]
pub enum Letter {
    /// "Reset your BRAND password".
    ResetLink {
        /// `{public URL}/reset-password#token=…`.
        link: String,
        /// `{public URL}/not-me#token=…`, for who did not ask.
        not_me_link: String,
        /// How long the link works from now on.
        ttl: Duration,
        /// The admin who asked; `None` where the person did.
        requested_by_admin: Option<String>,
    },
    /// "Welcome to BRAND: set your password".
    Welcome {
        /// `{public URL}/reset-password#token=…`.
        link: String,
        /// How long the link works from now on.
        ttl: Duration,
    },
    /// "Your BRAND password was changed": after every change, without any link (TOK-17).
    PasswordChanged {
        /// When, in Unix milliseconds.
        at: i64,
    },
    /// "Your BRAND email address was changed": to the address that was taken out of the account, without any link and
    /// without the new one, as whoever reads mail there may be somebody else by now.
    AddressChanged {
        /// When, in Unix milliseconds.
        at: i64,
        /// The admin who did it.
        by: String,
    },
}

impl Letter {
    /// The folder of its templates; also what logs call it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ResetLink { .. } => "reset_link",
            Self::Welcome { .. } => "welcome",
            Self::PasswordChanged { .. } => "password_changed",
            Self::AddressChanged { .. } => "address_changed",
        }
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({})", self.name())
    }
}
