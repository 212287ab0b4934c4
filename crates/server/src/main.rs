//! `rekey`, the program.
fn main() {}
