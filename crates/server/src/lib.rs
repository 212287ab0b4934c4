//! The server of Rekey: the API, the mail queue, and the pages it carries inside.

pub mod error;
pub mod store;
