//! The pages of Rekey: for people who forgot a password, and for the admins who help them.
//!
//! One folder a screen, named as in the server and the shared types. `app` chooses the screen, `route` names the paths,
//! `session` knows who is logged in, `api` has one function for each call, `words` holds everything that people read.

#![expect(unreachable_pub, reason = "the component macro of leptos writes such items")]

mod account;
mod api;
mod app;
mod audit;
mod behind_login;
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod draw;
mod forgot;
mod gate;
mod inbox;
mod login;
mod next;
mod not_found;
mod not_me;
#[cfg(target_arch = "wasm32")]
mod rehearsal;
mod reset;
mod route;
mod router;
mod session;
mod settings;
mod start;
mod ui;
mod url;
mod users;
mod words;

pub use app::{App, AppProps};
#[cfg(not(target_arch = "wasm32"))]
pub use draw::draw;
#[cfg(target_arch = "wasm32")]
pub use words::install as install_words;

/// Starts the app in the page that loaded it. What needs no screen is done before the browser is asked to put it there, in tasks
/// of their own: what a person does comes in between.
#[cfg(target_arch = "wasm32")]
pub fn start_in_browser() {
    #[cfg(debug_assertions)]
    browser::report_panics();
    words::prepare();
    let start = api::page_start();
    leptos::prelude::set_timeout(
        || {
            rehearsal::rehearse();
            browser::put_live(|root| leptos::mount::mount_to(root, || leptos::view! { <App start/> }).forget());
        },
        std::time::Duration::ZERO,
    );
}
