//! Traces that a page leaves: in the history, on the network, in the browser's storage.

use serde_json::{Value, json};

use super::cdp::text;
use super::page::Page;

/// A response received by a page.
#[derive(Clone, Debug)]
pub struct Response {
    /// The requested URL.
    pub url: String,
    headers: Value,
}

impl Response {
    /// Returns a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.as_object()?.iter();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?.1.as_str()
    }
}

impl Page {
    /// Returns all entries of the tab's history: URL and title.
    #[must_use]
    #[track_caller]
    pub fn history(&self) -> Vec<String> {
        let answer = self.call("Page.getNavigationHistory", json!({}));
        let entries = answer["entries"].as_array().into_iter().flatten();
        entries.map(|entry| format!("{} “{}”", text(entry, "url"), text(entry, "title"))).collect()
    }

    /// Returns all requests so far: URLs, and headers as sent over the network; no bodies.
    #[must_use]
    pub fn requests_with_headers(&self) -> Vec<String> {
        let addresses = self.events("Network.requestWillBeSent").into_iter().map(|event| text(&event["request"], "url"));
        let headers = self.events("Network.requestWillBeSentExtraInfo").into_iter().map(|event| event["headers"].to_string());
        addresses.chain(headers).collect()
    }

    /// Returns all responses so far.
    #[must_use]
    pub fn responses(&self) -> Vec<Response> {
        let responses = self.events("Network.responseReceived").into_iter().map(|mut event| event["response"].take());
        responses.map(|mut response| Response { url: text(&response, "url"), headers: response["headers"].take() }).collect()
    }

    /// Returns `sessionStorage` as JSON.
    #[must_use]
    #[track_caller]
    pub fn session_storage(&self) -> String {
        self.evaluate("JSON.stringify(sessionStorage)").as_str().unwrap_or_default().to_owned()
    }

    /// Returns everything that scripts can read from the browser's storage, except `sessionStorage`.
    #[must_use]
    #[track_caller]
    pub fn persistent_storage(&self) -> Value {
        let all = "(async () => ({
            localStorage: { ...localStorage },
            cookies: document.cookie,
            databases: (await indexedDB.databases()).map(database => database.name),
            caches: await caches.keys(),
        }))()";
        self.evaluate(all)
    }

    /// Returns the values of all cookies of the site, including `HttpOnly` ones.
    #[must_use]
    #[track_caller]
    pub fn cookies(&self) -> Vec<String> {
        let answer = self.call("Network.getCookies", json!({}));
        answer["cookies"].as_array().into_iter().flatten().map(|cookie| text(cookie, "value")).collect()
    }

    /// From the next document on, adds violations of the content security policy to [`Page::console_errors`].
    #[track_caller]
    pub fn report_policy_violations(&self) {
        let listen = "addEventListener('securitypolicyviolation', event =>
            console.error(`against the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))";
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": listen }));
    }
}
