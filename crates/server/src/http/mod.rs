//! HTTP: the server, its middleware, request parsing and error responses.

pub mod body;
pub mod error;
pub mod json;
pub mod middleware;
pub mod openapi;
pub mod serve;
