//! Authentication: the session, and the redirect after login.

pub(crate) mod next;
pub(crate) mod session;
