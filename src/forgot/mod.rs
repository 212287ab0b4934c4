//! Asking for a reset link.

pub(crate) mod form;
pub(crate) mod page;
