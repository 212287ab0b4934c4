//! Change of the signed-in user's password.

mod form;
pub(crate) mod page;
