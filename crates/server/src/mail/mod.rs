//! Mail: composing messages and sending them over SMTP. Independent of resets and the job queue.

pub mod compose;
pub mod error;
pub mod inbox;
pub mod smtp;
pub mod templates;
pub mod transport;
