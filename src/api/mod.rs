//! API client: one function per endpoint.
//!
//! Call these functions from an `Action` or a `LocalResource`: those keep the reactive owner across `await`, which is needed to find the session in
//! context after a 401 response.

mod account;
mod audit;
mod config;
mod error;
mod login;
mod request;
mod reset;
mod users;

pub(crate) use account::change_password;
pub(crate) use audit::audit_log;
pub(crate) use config::config;
pub(crate) use error::Error;
pub(crate) use login::{log_in, log_out, session};
pub(crate) use reset::{InspectedLink, inspect_link, redeem_link, renew_link, report_link, request_link};
pub(crate) use users::{change_email, list_users, reset_password};

/// Result of an API call.
pub(crate) type Result<T> = std::result::Result<T, Error>;
