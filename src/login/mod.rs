//! Logging in.

mod form;
pub(crate) mod page;
