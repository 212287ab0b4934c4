//! The pages in a real browser, before a server that is played: one file a screen.
//!
//! Each test mounts the whole app and meets it as a person does, by what things are called. Built for WebAssembly only;
//! `cargo xtask test --only components` runs it.

#![cfg(target_arch = "wasm32")]

mod account;
mod audit;
mod change_password;
mod forgot;
mod inbox;
mod login;
mod not_me;
mod reset;
mod reset_dead;
mod session;
mod start;
mod support;
mod users;
mod users_dialogs;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// A password that every rule accepts.
const PASSWORD: &str = "copper meadow seven umbrellas";
