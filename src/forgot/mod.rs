//! "Forgot your password?": request of a reset link.

mod form;
pub(crate) mod page;
