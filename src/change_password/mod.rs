//! Changing the password of the signed-in user.

mod form;
pub(crate) mod page;
