//! "Check your inbox", shown after requesting a link.

pub(crate) mod page;
pub(crate) mod pending_request;
mod send_again;
