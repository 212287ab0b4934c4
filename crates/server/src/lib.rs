//! Rekey server: the API, the mail queue, and the embedded pages.

pub mod account;
pub mod address;
pub mod app;
pub mod audit;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod health;
pub mod http;
pub mod jobs;
pub mod logging;
pub mod login;
pub mod mail;
pub mod metrics;
pub mod password;
pub mod public_config;
pub mod reset;
pub mod router;
pub mod spa;
pub mod store;
pub mod text;
pub mod users;
