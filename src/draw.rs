//! Draws screens as text while the pages are built, so that a form is there before any WebAssembly is: the same
//! components, run once off the browser.
//!
//! What only a server knows stays open as `{{brand}}`, `{{min_length}}` and `{{start}}`; it is filled in when the server
//! starts.

use crate::app::{App, AppProps};
use crate::route::Route;
use leptos::prelude::*;
use rekey_wire::bootstrap::BootstrapData;
use rekey_wire::config::Config;
use rekey_wire::login::Session;
use rekey_wire::password::Policy;
use std::fs;
use std::io::Result;
use std::path::Path;

/// The screens that are the same for everybody until something is typed.
const DRAWN: [Route; 5] = [Route::Login, Route::Forgot, Route::Reset, Route::NotMe, Route::NotFound];

/// Stands for a number that only the server knows, among numbers that nobody would configure.
const OPEN_NUMBER: u32 = 4_009_009_004;

/// Draws [`DRAWN`] into files of `dist`: each a title and what belongs into the `<div id="app">` of `index.html`.
///
/// # Errors
/// Those of the file system.
pub fn draw(dist: &Path) -> Result<()> {
    for route in DRAWN {
        let name = if route == Route::NotFound { "/404" } else { route.path() };
        fs::write(dist.join([&name[1..], ".html"].concat()), titled(&screen(name)))?;
    }
    Ok(())
}

/// The HTML of the screen at `path`.
fn screen(path: &str) -> String {
    let password = Policy { min_length: OPEN_NUMBER, max_length: OPEN_NUMBER };
    let config = Config { brand: "{{brand}}".to_owned(), support_email: None, password, resend_after_seconds: 0, link_ttl_seconds: 0 };
    let start = BootstrapData { config, session: Session::default() };
    let html = Owner::new().with(|| App(AppProps { address: Some(path.to_owned()), start: Some(start) }).into_view().to_html());
    without_comments(&html).replace(&OPEN_NUMBER.to_string(), "{{min_length}}")
}

/// `screen` behind the title that its heading gives.
fn titled(screen: &str) -> String {
    let heading = screen.split_once("<h1").and_then(|(_, rest)| rest.split_once('>')).and_then(|(_, rest)| rest.split_once("</h1>"));
    let heading = heading.map_or("", |(heading, _)| heading);
    ["<title>", heading, " · {{brand}}</title>", screen].concat()
}

/// Without the marks by which the framework would find its places again: nothing here is taken over, all is replaced.
fn without_comments(html: &str) -> String {
    let mut parts = html.split("<!");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('>').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::{screen, titled, without_comments};
    use crate::ui::wait::Wait;
    use leptos::prelude::*;

    #[test]
    fn what_is_shown_while_something_is_awaited_is_what_the_page_shows_already() {
        let wait = without_comments(&Owner::new().with(|| view! { <Wait/> }.to_html()));
        assert!(include_str!("../index.html").contains(&format!("<div id=\"app\">{wait}</div>")), "{wait}");
    }

    #[test]
    fn each_screen_is_drawn_with_its_form_and_its_title() {
        for (path, heading, part) in [
            ("/login", "Log in", "autocomplete=\"current-password\""),
            ("/forgot-password", "Forgot your password?", "Send reset link"),
            ("/reset-password", "Create a new password", "At least {{min_length}} characters"),
            ("/not-me", "Wasn't you?", "Cancel this reset"),
            ("/404", "Page not found", "Go to the start page"),
        ] {
            let html = titled(&screen(path));
            assert!(html.starts_with(&format!("<title>{heading} · {{{{brand}}}}</title><div")), "{html}");
            assert!(html.contains(part), "{html}");
            assert!(html.contains("<p class=\"brand\">{{brand}}</p>") && !html.contains("<!"), "{html}");
        }
    }
}
