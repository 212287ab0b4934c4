//! Headless Chromium, driven over the DevTools protocol.

mod axe;
mod cdp;
mod cold;
mod device;
mod element;
mod interactions;
mod page;
mod traces;

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::rc::Rc;
use std::{env, ffi::OsStr};

use rekey_testing::{TempDir, temp_dir};
use serde_json::json;

pub use axe::Violation;
use cdp::Cdp;
pub use cold::ColdLoad;
pub use element::Element;
pub use page::Page;
pub use traces::Response;

/// A browser process with a fresh profile; killed when dropped.
#[derive(Debug)]
pub struct Browser {
    wire: Rc<RefCell<Cdp>>,
    child: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser.
    #[must_use]
    #[track_caller]
    pub fn start() -> Self {
        let profile = temp_dir();
        let mut data = std::ffi::OsString::from("--user-data-dir=");
        data.push(profile.path());
        let mut arguments = vec![
            "--headless=new",
            "--remote-debugging-pipe",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-default-browser-check",
            "--lang=en-GB",
            "--force-color-profile=srgb",
            "--hide-scrollbars",
        ];
        if is_root() {
            // Chromium's sandbox does not work as root.
            arguments.push("--no-sandbox");
        }
        let (wire, child) = Cdp::spawn(&program(), arguments.iter().map(OsStr::new).chain([data.as_os_str()]));
        Self { wire: Rc::new(RefCell::new(wire)), child, _profile: profile }
    }

    /// Opens an empty page in a new browser context, like another device: it shares no cookies or storage.
    #[must_use]
    #[track_caller]
    pub fn new_context(&self) -> Page {
        let context = self.wire.borrow_mut().call(None, "Target.createBrowserContext", json!({}));
        Page::open(Rc::clone(&self.wire), cdp::text(&context, "browserContextId"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser would exit when its pipe closes; killing it ensures that the profile is not in use when it is deleted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the executable: `CHROMIUM`, or the system's.
fn program() -> PathBuf {
    let named = env::var_os("CHROMIUM").map(PathBuf::from);
    named.unwrap_or_else(|| "chromium".into())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}
