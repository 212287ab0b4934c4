//! HTTP: the server, its middleware, and how requests are read and refused.

pub mod body;
pub mod error;
pub mod json;
pub mod middleware;
pub mod openapi;
pub mod serve;
