//! The users table.

pub(crate) mod page;
