//! What the pages and the server say to each other, and the rules both apply.
//!
//! One module per thing a person does (log in, ask for a link, redeem it, manage users), named alike in the pages,
//! the server and the tests. Rules are plain functions: the form calls them while somebody types, the server calls
//! them again. Nothing here does I/O, and nothing here needs Unicode tables: text is brought to NFC by whoever calls
//! (the browser has `String.prototype.normalize`, the server a crate).

pub mod account;
pub mod audit;
pub mod config;
pub mod email;
pub mod login;
pub mod name;
pub mod password;
pub mod problem;
pub mod reset;
pub mod start;
pub mod users;

/// A moment as RFC 3339 text in UTC, e.g. `2026-11-23T20:17:27Z`.
pub type Timestamp = String;
