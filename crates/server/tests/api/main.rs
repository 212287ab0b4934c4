//! Integration tests of the server: HTTP over a real port, SMTP over a real connection, on SQLite and PostgreSQL.
//!
//! One file per feature. The name of a test is a sentence; a test for a row of `docs/security.md` begins with its id.

#![cfg(test)]
#![expect(unreachable_pub, clippy::panic, reason = "a test binary has no users, and fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod addresses;
mod audit;
mod backup;
mod bounds;
mod calls;
mod command;
mod contract;
mod crash;
mod cross_site;
mod description;
#[cfg(target_os = "linux")]
mod disk_full;
mod flood;
mod forgot;
mod fuzz;
mod guessing;
mod headers;
mod html;
mod import;
mod input;
mod limits;
mod links;
mod log;
mod login;
mod login_flood;
mod mail;
mod metrics;
mod migrations;
mod missing;
mod options;
mod passwords;
mod queue;
mod reset;
mod secrecy;
mod sessions;
mod shutdown;
mod strangers;
mod tokens;
mod unconfirmed;
mod users;
mod users_found;
mod writers;
