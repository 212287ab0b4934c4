//! After asking for a link: where it went, and asking again.

mod again;
pub(crate) mod awaited;
pub(crate) mod page;
