//! All calls of the API, read from its OpenAPI description, so that tests cover new calls too.

use crate::support::*;
use std::collections::BTreeSet;

/// A call of the API.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    pub path: String,
    /// Whether the description has a request body.
    pub takes_body: bool,
    described: String,
}

/// Returns all calls, with this user id in the path.
pub async fn all(app: &TestApp, user: &str) -> Vec<Call> {
    let description = app.client().get("/api/openapi.json").await.expect(200).json();
    let mut calls = Vec::new();
    for (described, item) in description["paths"].as_object().expect("paths") {
        for (method, call) in item.as_object().expect("calls") {
            let (method, path) = (method.to_ascii_uppercase(), described.replace("{id}", user));
            assert!(!path.contains('{'), "{path}: say in calls.rs what stands there");
            calls.push(Call { method, path, takes_body: !call["requestBody"].is_null(), described: described.clone() });
        }
    }
    assert!(calls.len() > 15, "the description lists the calls: {calls:?}");
    calls
}

/// Returns all calls with an unsafe method (RFC 9110 section 9.2.1).
pub async fn changing(app: &TestApp, user: &str) -> Vec<Call> {
    all(app, user).await.into_iter().filter(|call| call.method != "GET").collect()
}

/// Returns the methods of each path.
pub fn methods_by_path(calls: &[Call]) -> Vec<(String, BTreeSet<String>)> {
    let mut paths: Vec<(String, BTreeSet<String>)> = Vec::new();
    for call in calls {
        match paths.iter_mut().find(|(path, _)| *path == call.path) {
            Some((_, methods)) => drop(methods.insert(call.method.clone())),
            None => paths.push((call.path.clone(), BTreeSet::from([call.method.clone()]))),
        }
    }
    paths
}

impl Call {
    /// Returns a well-formed body, which the call may still reject.
    pub fn body(&self) -> Value {
        let link = json!({"token": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"});
        match (self.method.as_str(), self.described.as_str()) {
            ("POST", "/api/session") => json!({"email": "jo@example.com", "password": PASSWORD}),
            ("POST", "/api/password-resets") => json!({"email": "jo@example.com"}),
            ("POST", "/api/password-resets/inspect" | "/api/password-resets/renew" | "/api/password-resets/report") => link,
            ("POST", "/api/password-resets/redeem") => json!({"token": link["token"], "password": NEW_PASSWORD}),
            ("PUT", "/api/account/password") => json!({"current_password": "not the password", "new_password": NEW_PASSWORD}),
            ("POST", "/api/users") => json!({"name": "New Person", "email": "new@example.com", "role": "agent"}),
            ("POST", "/api/users/password-resets") => json!({"ids": ["999"]}),
            ("PATCH", "/api/users/{id}") => json!({"name": "Jo"}),
            _ => unreachable!("{} {} is new: give it a body in calls.rs", self.method, self.described),
        }
    }

    /// Returns the request, without a body.
    pub fn request(&self, client: &Client) -> reqwest::RequestBuilder {
        client.request(&self.method, &self.path)
    }

    /// Sends the call with its body, if it has one, and additional headers.
    pub async fn send(&self, client: &Client, headers: &[(&str, &str)]) -> Response {
        let request = headers.iter().fold(self.request(client), |request, (name, value)| request.header(*name, *value));
        client.send(if self.takes_body { request.json(&self.body()) } else { request }).await
    }

    /// Sends the call with these bytes as a JSON body.
    pub async fn send_bytes(&self, client: &Client, bytes: &[u8]) -> Response {
        client.send(self.request(client).header("content-type", "application/json").body(bytes.to_vec())).await
    }
}
