//! Who is signed in, and where to go after signing in.

pub(crate) mod next;
pub(crate) mod session;
