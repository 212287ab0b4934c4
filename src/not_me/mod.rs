//! "This wasn't me": cancelling a reset from the mail.

mod cancel;
pub(crate) mod page;
