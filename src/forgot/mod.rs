//! "Forgot your password?": requesting a reset link.

mod form;
pub(crate) mod page;
