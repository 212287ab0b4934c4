//! Mail: composing messages and sending them over SMTP. Knows nothing of resets or of the job queue.

pub mod compose;
pub mod error;
pub mod inbox;
pub mod smtp;
pub mod templates;
pub mod transport;
