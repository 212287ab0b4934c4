//! Password reset with a link.

mod changed;
mod form;
mod link_error;
pub(crate) mod link_token;
pub(crate) mod page;
mod state;
