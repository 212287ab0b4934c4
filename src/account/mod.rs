//! The account of the signed-in user.

pub(crate) mod page;
