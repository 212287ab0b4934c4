//! Browser tests: Chromium, the server and an SMTP server, driven by accessible roles and names.
//!
//! The tests in `tests/walks/` use [`TestApp`], which starts everything for one test, and [`Page`], a tab of the browser. Helpers panic with the
//! expected and the actual value.

mod browser;
mod test_app;

pub use browser::{Browser, ColdLoad, Element, Page, Response, Violation};
pub use rekey_testing::{Mail, SmtpServer};
pub use test_app::{Settings, TestApp, User};

use std::time::Duration;

/// Timeout for anything that a user would wait for.
pub const TIMEOUT: Duration = Duration::from_secs(20);

#[expect(clippy::panic, reason = "a test that cannot go on says why and ends")]
#[track_caller]
fn fail(why: impl AsRef<str>) -> ! {
    panic!("{}", why.as_ref())
}
