//! Who did what, when, from where.

pub(crate) mod page;
mod row;
