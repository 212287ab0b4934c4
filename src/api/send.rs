//! One HTTP call: JSON out, JSON in, problems as [`Error`].
//!
//! What is generic here is thin, as each use of it is compiled anew.

use super::{Error, Result, json};
use gloo_net::http::{Method, RequestBuilder, Response};
use js_sys::JSON;
use rekey_wire::problem::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

/// Milliseconds until an answer is no longer waited for.
const PATIENCE: u32 = 30_000;

/// Gets something.
pub(super) async fn get<T: DeserializeOwned>(path: &str) -> Result<T> {
    read(call(Method::GET, path, None).await?.json)
}

/// Sends something and reads what comes back.
pub(super) async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T> {
    read(call(Method::POST, path, Some(written(body)?)).await?.json)
}

/// Asks for something that needs no body.
pub(super) async fn post_nothing<T: DeserializeOwned>(path: &str) -> Result<T> {
    read(call(Method::POST, path, None).await?.json)
}

/// Sends something; the answer, if there is one, is not needed.
pub(super) async fn send(method: Method, path: &str, body: &impl Serialize) -> Result<()> {
    call(method, path, Some(written(body)?)).await.map(|_| ())
}

/// Deletes something.
pub(super) async fn delete(path: &str) -> Result<()> {
    call(Method::DELETE, path, None).await.map(|_| ())
}

/// What the server said yes with.
pub(super) struct Answer {
    /// The body; undefined where there is none.
    pub(super) json: JsValue,
    /// The server's clock, in milliseconds since 1970.
    pub(super) date: Option<u64>,
}

/// Sends something and gives the answer as it is.
pub(super) async fn post_raw(path: &str, body: &impl Serialize) -> Result<Answer> {
    call(Method::POST, path, Some(written(body)?)).await
}

/// Reads an answer. One of another form than expected comes from another version of the server, or from a proxy.
pub(super) fn read<T: DeserializeOwned>(answer: JsValue) -> Result<T> {
    json::read(answer).map_err(|_| Error::refused(None, None))
}

fn written(body: &impl Serialize) -> Result<String> {
    json::write(body).map_err(|_| Error::refused(None, None))
}

async fn call(method: Method, path: &str, body: Option<String>) -> Result<Answer> {
    let patience = web_sys::AbortSignal::timeout_with_u32(PATIENCE);
    let request = RequestBuilder::new(path).method(method).header("accept", "application/json").abort_signal(Some(&patience));
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body),
        None => request.build(),
    };
    let response = request.map_err(out_of_reach)?.send().await.map_err(out_of_reach)?;
    let text = response.text().await.map_err(out_of_reach)?;
    let json = JSON::parse(&text).unwrap_or_default();
    if response.ok() {
        return Ok(Answer { json, date: date(&response) });
    }
    let retry_after = response.headers().get("retry-after").and_then(|seconds| seconds.parse().ok());
    Err(Error::refused(json::read::<Problem>(json).ok(), retry_after))
}

fn date(response: &Response) -> Option<u64> {
    crate::browser::moment(&response.headers().get("date")?)
}

fn out_of_reach(_: gloo_net::Error) -> Error {
    Error::OutOfReach
}
