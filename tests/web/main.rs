//! Component tests: the app in headless Chromium, with a fake server and clock; one file per screen.
//!
//! Built for WebAssembly only; `cargo xtask test --only components` runs them.

#![cfg(target_arch = "wasm32")]

mod account;
mod audit;
mod change_password;
mod forgot;
mod inbox;
mod login;
mod not_me;
mod reset;
mod reset_link_error;
mod session;
mod start;
mod support;
mod users;
mod users_dialogs;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A password that satisfies every rule.
const PASSWORD: &str = "copper meadow seven umbrellas";
