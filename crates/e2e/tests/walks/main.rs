//! User flows in a browser, driven by accessible names. Built with the feature `browser`.

mod accessibility;
mod account;
mod admin_reset;
mod behind_login;
mod bytes;
mod early;
mod forgot;
mod instruments;
mod links;
mod not_me;
mod outage;
mod password_managers;
mod pictures;
mod policies;
mod screens;
mod secrets;
mod sessions;

/// Subjects of the mails, with the default brand.
mod subject {
    pub(crate) const RESET: &str = "Reset your Squaretalk password";
    pub(crate) const CHANGED: &str = "Your Squaretalk password was changed";
}

/// A password that differs from every user's first one.
const NEW_PASSWORD: &str = "copper meadow seven umbrellas";
