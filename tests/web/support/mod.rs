//! Test harness: the page under test, a fake server, a fake clock, fixtures.

mod browser_fake;
pub(crate) mod fixtures;
pub(crate) mod page;
pub(crate) mod server;
pub(crate) mod tab;
