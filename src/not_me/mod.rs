//! "This wasn't me", from the mail.

mod cancel;
pub(crate) mod page;
