//! Mail: what is written, how it is composed, and how it leaves.

pub mod compose;
pub mod inbox;
pub mod letter;
pub mod smtp;
pub mod template;
pub mod transport;
