//! "This wasn't me": cancels a reset by the link in the mail.

mod cancel;
pub(crate) mod page;
