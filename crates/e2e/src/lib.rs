//! A real browser, the real server and a real SMTP server, driven by accessible names.
//!
//! The walks in `tests/walks/` are written with these: [`Stage`] sets up one world for one test, [`Page`] is what a person sees of it.
//! Everything here fails by panicking with what was looked for and what was there instead, as tests do.

mod browser;
mod folder;
mod mail;
mod program;
mod smtp;
mod stage;

pub use browser::{Answer, Browser, ColdLoad, Element, Page, Violation};
pub use folder::Folder;
pub use mail::Mail;
pub use program::{Program, Rekey};
pub use smtp::SmtpServer;
pub use stage::{Options, Person, Stage};

use std::time::Duration;

/// How long anything that a person waits for may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(20);

#[expect(clippy::panic, reason = "a test that cannot go on says why and ends")]
#[track_caller]
fn give_up(why: impl AsRef<str>) -> ! {
    panic!("{}", why.as_ref())
}
