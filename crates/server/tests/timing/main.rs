//! Timing tests. A separate test program: cargo runs test programs one after another, so nothing else keeps the machine busy during a measurement.
//! The tests in it exclude each other by a lock.

#![cfg(test)]
#![expect(unreachable_pub, reason = "a test binary has no users")]

mod answers;
mod mann_whitney;

#[path = "../support/mod.rs"]
#[expect(dead_code, unused_imports, unused_macros, reason = "shared with the integration tests")]
mod support;
