//! A client that behaves like a browser's tab: it keeps its cookie, and says where it calls from only when told to.

use serde_json::Value;
use std::sync::{Arc, Mutex};

/// Somebody in front of a browser.
#[derive(Clone)]
pub struct Visitor {
    http: reqwest::Client,
    base: String,
    cookie: Arc<Mutex<Option<String>>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, String::from_utf8_lossy(&self.bytes)))
    }

    /// The problem document's code.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.status);
        self.json()["code"].as_str().expect("a code").to_owned()
    }

    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default()
    }

    /// The answer, which must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// The code of a 422's first error for the field.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        assert_eq!(self.status, 422, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()["errors"][name][0]["code"].as_str().unwrap_or_else(|| panic!("no error for {name}: {}", self.json())).to_owned()
    }
}

impl Visitor {
    pub fn new(http: reqwest::Client, base: &str) -> Self {
        Self { http, base: base.to_owned(), cookie: Arc::default() }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &*self.cookie.lock().expect("not poisoned") {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if let Some(set) = headers.get("set-cookie") {
            let set = set.to_str().expect("text");
            let pair = set.split(';').next().unwrap_or_default().to_owned();
            *self.cookie.lock().expect("not poisoned") = (!pair.ends_with('=')).then_some(pair);
        }
        Answer { status, headers, bytes: response.bytes().await.expect("a body").to_vec() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request("DELETE", path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("POST", path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("PUT", path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request("PATCH", path).json(&body)).await
    }

    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().expect("not poisoned").clone()
    }

    pub fn set_cookie(&self, cookie: &str) {
        *self.cookie.lock().expect("not poisoned") = Some(cookie.to_owned());
    }
}
