//! What every layer of the router is, so that each can be made by a plain function of plain values.

pub mod catch;
pub mod client_ip;
pub mod headers;
pub mod origin;
pub mod request_id;

use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route;
use std::convert::Infallible;
use tower::{Layer, Service};

/// Anything that `Router::layer` takes.
pub trait Middleware:
    Layer<Route, Service: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<T> Middleware for T where
    T: Layer<Route, Service: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static>
        + Clone
        + Send
        + Sync
        + 'static
{
}
