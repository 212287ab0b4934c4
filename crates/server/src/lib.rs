//! The server of Rekey: the API, the mail queue, and the pages it carries inside.

pub mod address;
pub mod body;
pub mod client_ip;
pub mod clock;
pub mod config;
pub mod docs;
pub mod error;
pub mod guard;
pub mod hashing;
pub mod headers;
pub mod health;
pub mod json;
pub mod limit;
pub mod mail;
pub mod metrics;
pub mod middleware;
pub mod origin;
pub mod secret;
pub mod secret_key;
pub mod serve;
pub mod spa;
pub mod store;
