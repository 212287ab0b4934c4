//! Middleware: layers around every request, each built by a plain function.

pub mod catch;
pub mod client_ip;
pub mod headers;
pub mod origin;
pub mod request_id;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::response::Response;
use axum::routing::Route;
use std::convert::Infallible;
use tower::{Layer, Service};

/// Bound of `Router::layer`.
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

/// Returns the matched route's pattern; `pages` for everything outside the API.
#[must_use]
pub fn route_name(request: &Request) -> String {
    request.extensions().get::<MatchedPath>().map_or_else(|| "pages".to_owned(), |path| path.as_str().to_owned())
}

/// Returns the method's name; clients may send methods outside RFC 9110.
#[must_use]
pub fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "other",
    }
}
