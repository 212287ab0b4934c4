//! Rekey's web app: a Leptos app for users who forgot their password, and for the admins who help them.
//!
//! `app` is the route table. Each screen has a folder, named as in the server and the shared types. `api` has one function per endpoint, `auth`
//! manages the session, `components` and `layout` are shared, `i18n` has the translations, `boot` starts the app.

#![expect(unreachable_pub, reason = "the component macro of leptos writes such items")]

mod account;
mod api;
mod app;
mod audit;
mod auth;
mod boot;
mod browser;
mod change_password;
mod components;
mod config;
mod errors;
mod forgot;
mod guard;
mod i18n;
mod inbox;
mod layout;
mod login;
mod not_me;
mod reset;
mod routes;
mod startup;
mod users;

pub use app::{App, AppProps};
#[cfg(not(target_arch = "wasm32"))]
pub use boot::prerender::prerender;
#[cfg(target_arch = "wasm32")]
pub use boot::start::start;
#[cfg(target_arch = "wasm32")]
pub use i18n::install as install_messages;
