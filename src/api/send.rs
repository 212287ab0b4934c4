//! One HTTP call: JSON out, JSON in, problems as [`Error`].
//!
//! What is generic here is thin, as each use of it is compiled anew.

use super::{Error, Result, json};
use js_sys::JSON;
use leptos::prelude::window;
use rekey_wire::problem::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Request, RequestInit, Response};

/// Milliseconds until an answer is no longer waited for.
const PATIENCE: u32 = 30_000;

/// Gets something.
pub(super) async fn get<T: DeserializeOwned>(path: &str) -> Result<T> {
    read(call("GET", path, None).await?.json)
}

/// Sends something and reads what comes back.
pub(super) async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T> {
    read(call("POST", path, Some(written(body)?)).await?.json)
}

/// Asks for something that needs no body.
pub(super) async fn post_nothing<T: DeserializeOwned>(path: &str) -> Result<T> {
    read(call("POST", path, None).await?.json)
}

/// Sends something by `method`; the answer, if there is one, is not needed.
pub(super) async fn send(method: &str, path: &str, body: &impl Serialize) -> Result<()> {
    call(method, path, Some(written(body)?)).await.map(|_| ())
}

/// Deletes something.
pub(super) async fn delete(path: &str) -> Result<()> {
    call("DELETE", path, None).await.map(|_| ())
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
    call("POST", path, Some(written(body)?)).await
}

/// Reads an answer. One of another form than expected comes from another version of the server, or from a proxy.
pub(super) fn read<T: DeserializeOwned>(answer: JsValue) -> Result<T> {
    json::read(answer).map_err(|_| Error::refused(None, None))
}

fn written(body: &impl Serialize) -> Result<String> {
    json::write(body).map_err(|_| Error::refused(None, None))
}

async fn call(method: &str, path: &str, body: Option<String>) -> Result<Answer> {
    let (response, text) = fetch(method, path, body).await.map_err(|_| Error::OutOfReach)?;
    let json = JSON::parse(&text).unwrap_or_default();
    let header = |name: &str| response.headers().get(name).ok().flatten();
    if response.ok() {
        return Ok(Answer { json, date: header("date").and_then(|date| crate::browser::moment(&date)) });
    }
    let retry_after = header("retry-after").and_then(|seconds| seconds.parse().ok());
    Err(Error::refused(json::read::<Problem>(json).ok(), retry_after))
}

/// The browser's own `fetch`, to the end of the body.
async fn fetch(method: &str, path: &str, body: Option<String>) -> std::result::Result<(Response, String), JsValue> {
    let (request, headers) = (RequestInit::new(), Headers::new()?);
    headers.set("accept", "application/json")?;
    if let Some(body) = body {
        headers.set("content-type", "application/json")?;
        request.set_body(&JsValue::from(body));
    }
    request.set_method(method);
    request.set_headers(&headers);
    request.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
    let request = Request::new_with_str_and_init(path, &request)?;
    let response: Response = JsFuture::from(window().fetch_with_request(&request)).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    Ok((response, text.as_string().unwrap_or_default()))
}
