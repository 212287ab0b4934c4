//! Mail: what it says, and how it leaves. Handlers put a row into the queue within their transaction; a worker sends it.
//! The queue holds no usable link: a link's secret is minted when its mail is sent.

pub mod compose;
pub mod inbox;
pub mod letter;
pub mod outbox;
mod send;
mod send_link;
pub mod smtp;
pub mod template;
pub mod transport;
pub mod worker;
