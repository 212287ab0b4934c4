//! Request and response types of the API, validation rules, and paths: shared by the pages and the server.
//!
//! One module per feature (login, reset, account, users), named as in the pages, the server and the tests. Request types
//! derive [`validator::Validate`]: the form validates a request before sending it, the server validates it again. Nothing
//! here does I/O or needs Unicode tables: callers normalize text to NFC (the browser has `String.prototype.normalize`,
//! the server a crate).

pub mod account;
pub mod audit;
pub mod bootstrap;
pub mod config;
pub mod email;
pub mod extension;
pub mod language;
pub mod login;
pub mod name;
pub mod password;
pub mod paths;
pub mod phone;
pub mod problem;
pub mod reset;
pub mod sessions;
pub mod users;

/// A moment as RFC 3339 text in UTC, e.g. `2026-11-23T20:17:27Z`.
pub type Timestamp = String;
