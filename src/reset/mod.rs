//! From a mailed link to a new password.

mod dead;
mod done;
mod form;
mod link;
pub(crate) mod page;
pub(crate) mod token;
