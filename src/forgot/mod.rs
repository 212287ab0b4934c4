//! Asking for a reset link.

mod form;
pub(crate) mod page;
