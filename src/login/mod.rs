//! Login.

mod form;
pub(crate) mod page;
