//! HTTP requests with `gloo-net`: timeout, JSON, and errors as [`Error`].

use super::{Error, Result};
use crate::auth::session::Session;
use gloo_net::Error as FetchError;
use gloo_net::http::{Request, RequestBuilder, Response};
use leptos::prelude::use_context;
use rekey_wire::problem::{Code, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::AbortSignal;

/// Timeout of a request, milliseconds.
const REQUEST_TIMEOUT: u32 = 30_000;

/// Sends a GET request and parses the JSON body of the response.
pub(super) async fn get<T: DeserializeOwned>(path: &str) -> Result<T> {
    read(send(with_timeout(Request::get(path)).build()).await?).await
}

/// Sends a POST request with a JSON body and parses the JSON body of the response.
pub(super) async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T> {
    read(send_json(Request::post(path), body).await?).await
}

/// Sends a POST request without a body and parses the JSON body of the response.
pub(super) async fn post_empty<T: DeserializeOwned>(path: &str) -> Result<T> {
    read(send(with_timeout(Request::post(path)).build()).await?).await
}

/// Sends a DELETE request.
pub(super) async fn delete(path: &str) -> Result<()> {
    send(with_timeout(Request::delete(path)).build()).await.map(drop)
}

/// Sends a JSON body. Returns the response if it is successful.
pub(super) async fn send_json(request: RequestBuilder, body: &impl Serialize) -> Result<Response> {
    send(with_timeout(request).json(body)).await
}

/// Parses the JSON body of a successful response. A body of another form comes from another server version or a proxy.
pub(super) async fn read<T: DeserializeOwned>(response: Response) -> Result<T> {
    response.json().await.map_err(|error| match error {
        FetchError::SerdeError(_) => Error::api(None, None),
        FetchError::JsError(_) | FetchError::GlooError(_) => Error::Network,
    })
}

fn with_timeout(request: RequestBuilder) -> RequestBuilder {
    request.header("accept", "application/json").abort_signal(Some(&AbortSignal::timeout_with_u32(REQUEST_TIMEOUT)))
}

async fn send(request: std::result::Result<Request, FetchError>) -> Result<Response> {
    let request = request.map_err(|_| Error::Network)?;
    let response = request.send().await.map_err(|_| Error::Network)?;
    if response.ok() {
        return Ok(response);
    }
    let retry_after = response.headers().get("retry-after").and_then(|seconds| seconds.parse().ok());
    let error = Error::api(response.json::<Problem>().await.ok(), retry_after);
    if error.has_code(Code::NotSignedIn)
        && let Some(session) = use_context::<Session>()
    {
        session.handle_unauthorized();
    }
    Err(error)
}
