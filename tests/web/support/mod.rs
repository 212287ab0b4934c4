//! A tab with a page in it, the server behind it, and people.

pub(crate) mod page;
pub(crate) mod people;
pub(crate) mod server;
pub(crate) mod tab;
mod world;
