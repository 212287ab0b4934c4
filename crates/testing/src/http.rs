//! HTTP client that keeps its session cookie, and sends `Origin` only if the test sets it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use serde_json::Value;

/// Below the 30 seconds after which the server closes an idle connection.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(10);

/// A user agent; clones share connections and cookie.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    cookie: Arc<Mutex<Option<String>>>,
}

/// A fully received response.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Response {
    /// Returns the body as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()))
    }

    /// Returns the body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Returns the code of a problem document.
    #[must_use]
    #[track_caller]
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.status);
        self.json()["code"].as_str().expect("a code").to_owned()
    }

    /// Returns a header, or an empty string.
    #[must_use]
    #[track_caller]
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default()
    }

    /// Asserts the status and returns the response.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Returns the first error code of a field in a 422.
    #[must_use]
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        assert_eq!(self.status, 422, "{}", self.text());
        self.json()["errors"][name][0]["code"].as_str().unwrap_or_else(|| panic!("no error for {name}: {}", self.json())).to_owned()
    }
}

impl Client {
    /// Creates a client for `base`, `http://ADDRESS`, with its own connections.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let builder = reqwest::Client::builder().redirect(Policy::none()).pool_idle_timeout(POOL_IDLE_TIMEOUT);
        Self { http: builder.build().expect("a client"), base: base.to_owned(), cookie: Arc::default() }
    }

    /// Returns another user agent without a cookie that shares the connections.
    #[must_use]
    pub fn without_cookie(&self) -> Self {
        Self { http: self.http.clone(), base: self.base.clone(), cookie: Arc::default() }
    }

    /// Returns a request that can be modified before it is sent.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method.parse().expect("a method"), format!("{}{path}", self.base));
        match &*self.lock() {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    /// Sends a request and stores the cookie of its response.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Response {
        let response = request.send().await.expect("a response");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if let Some(set) = headers.get("set-cookie") {
            let pair = set.to_str().expect("text").split(';').next().unwrap_or_default().to_owned();
            *self.lock() = (!pair.ends_with('=')).then_some(pair);
        }
        Response { status, headers, bytes: response.bytes().await.expect("a body").to_vec() }
    }

    /// Sends `GET`.
    pub async fn get(&self, path: &str) -> Response {
        self.send(self.request("GET", path)).await
    }

    /// Sends `DELETE`.
    pub async fn delete(&self, path: &str) -> Response {
        self.send(self.request("DELETE", path)).await
    }

    /// Sends `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.send(self.request("POST", path).json(&body)).await
    }

    /// Sends `PUT` with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Response {
        self.send(self.request("PUT", path).json(&body)).await
    }

    /// Sends `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Response {
        self.send(self.request("PATCH", path).json(&body)).await
    }

    /// Returns the session cookie, `name=value`.
    #[must_use]
    pub fn cookie(&self) -> Option<String> {
        self.lock().clone()
    }

    /// Replaces the session cookie.
    pub fn set_cookie(&self, cookie: &str) {
        *self.lock() = Some(cookie.to_owned());
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.cookie.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
