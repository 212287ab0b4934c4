//! Request and response types of the API, validation rules, and paths: shared by the pages and the server.
//!
//! One module per feature (login, reset, account, users), named as in the pages, the server and the tests. Request types derive
//! [`validator::Validate`]: the form validates a request before sending it, and the server validates it again. This crate does no I/O and needs no
//! Unicode tables: callers normalize text to NFC (the browser with `String.prototype.normalize`, the server with a crate).

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

/// A time as RFC 3339 text in UTC, such as `2026-11-23T20:17:27Z`.
pub type Timestamp = String;
