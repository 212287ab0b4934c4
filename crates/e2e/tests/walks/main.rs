//! Each flow as a user walks it, by what things are called. Built with the feature `browser`.

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

/// The subjects of the mails, with the program's own brand.
mod subject {
    pub(crate) const RESET: &str = "Reset your Squaretalk password";
    pub(crate) const CHANGED: &str = "Your Squaretalk password was changed";
}

/// A password that differs from everybody's first one.
const NEW_PASSWORD: &str = "copper meadow seven umbrellas";
