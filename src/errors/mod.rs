//! Error pages.

pub(crate) mod forbidden;
pub(crate) mod load_failed;
pub(crate) mod not_found;
pub(crate) mod offline;
