//! The server of Rekey: the API, the mail queue, and the pages it carries inside.

pub mod body;
pub mod client_ip;
pub mod error;
pub mod headers;
pub mod json;
pub mod middleware;
pub mod origin;
pub mod spa;
pub mod store;
