//! The API from outside: a real server on a real port, a real SMTP conversation, SQLite and PostgreSQL.
//!
//! One file a feature. A test's name is a sentence; where it proves a row of `docs/security.md` it begins with the row's id.

#![cfg(test)]
#![expect(unreachable_pub, clippy::panic, reason = "a test binary has no users, and fails by panicking")]

mod app;
mod calls;
mod database;
mod http;
mod line;
mod program;
mod raw;
mod shell;
mod smtp;
mod watch;
mod world;

mod account;
mod addresses;
mod audit;
mod backup;
mod bounds;
mod command;
mod contract;
mod crash;
mod cross_site;
mod description;
mod dice;
mod flood;
mod forgot;
mod fuzz;
mod guessing;
mod headers;
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
mod options;
mod page;
mod passwords;
mod people;
mod process;
mod queue;
mod reset;
mod secrecy;
mod sessions;
mod shutdown;
mod tokens;
mod users;
mod users_found;
mod writers;
