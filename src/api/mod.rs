//! The calls to the server: one function for each, named for what it does.

mod account;
mod audit;
mod config;
mod error;
mod json;
mod login;
mod reset;
mod send;
#[cfg(target_arch = "wasm32")]
mod start;
mod users;

pub(crate) use account::change_password;
pub(crate) use audit::audit_log;
pub(crate) use config::config;
pub(crate) use error::Error;
pub(crate) use login::{log_in, log_out, session};
pub(crate) use reset::{ask_for_link, inspect_link, redeem_link, renew_link, report_link};
#[cfg(target_arch = "wasm32")]
pub(crate) use start::page_start;
pub(crate) use users::{change_email, list_users, reset_password};

/// What a call comes to.
pub(crate) type Result<T> = std::result::Result<T, Error>;
