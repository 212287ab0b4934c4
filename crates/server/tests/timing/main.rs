//! What the time of an answer tells. Cargo runs one program of tests after the other, so that nothing else keeps the
//! machine busy while these measure; they lock each other out.

#![cfg(test)]
#![expect(unreachable_pub, clippy::panic, reason = "a test binary has no users, and fails by panicking")]

mod answers;
mod rank;

// What a test of the API stands on, as far as it is needed here.
#[path = "../api/app.rs"]
#[expect(dead_code, reason = "made for more than is measured here")]
mod app;
#[path = "../api/database.rs"]
mod database;
#[path = "../api/http.rs"]
#[expect(dead_code, reason = "made for more than is measured here")]
mod http;
#[path = "../api/line.rs"]
#[expect(dead_code, reason = "made for more than is measured here")]
mod line;
#[path = "../api/shell.rs"]
#[expect(dead_code, reason = "made for more than is measured here")]
mod shell;
#[path = "../api/smtp.rs"]
#[expect(dead_code, reason = "made for more than is measured here")]
mod smtp;
#[path = "../api/watch.rs"]
#[expect(dead_code, reason = "made for more than is measured here")]
mod watch;
#[path = "../api/world.rs"]
#[expect(unused_imports, reason = "made for more than is measured here")]
mod world;
