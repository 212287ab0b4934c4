//! The development commands: `cargo xtask run`, `test`, `dev`, `build`, `bench`.
fn main() {}
