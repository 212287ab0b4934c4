//! What a page leaves behind: in the history, on the wire, in the browser's stores.

use serde_json::{Value, json};

use super::cdp::text;
use super::page::Page;

/// One answer that a page got.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked for.
    pub url: String,
    headers: Value,
}

impl Answer {
    /// One of its headers.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.as_object()?.iter();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?.1.as_str()
    }
}

impl Page {
    /// Every entry of the tab's history: address and title.
    #[must_use]
    #[track_caller]
    pub fn history(&self) -> Vec<String> {
        let answer = self.call("Page.getNavigationHistory", json!({}));
        let entries = answer["entries"].as_array().into_iter().flatten();
        entries.map(|entry| format!("{} “{}”", text(entry, "url"), text(entry, "title"))).collect()
    }

    /// What was sent so far: addresses, and headers as they went over the wire; not the bodies.
    #[must_use]
    pub fn sent(&self) -> Vec<String> {
        let addresses = self.events("Network.requestWillBeSent").into_iter().map(|event| text(&event["request"], "url"));
        let headers = self.events("Network.requestWillBeSentExtraInfo").into_iter().map(|event| event["headers"].to_string());
        addresses.chain(headers).collect()
    }

    /// What was answered so far.
    #[must_use]
    pub fn answers(&self) -> Vec<Answer> {
        let responses = self.events("Network.responseReceived").into_iter().map(|mut event| event["response"].take());
        responses.map(|mut response| Answer { url: text(&response, "url"), headers: response["headers"].take() }).collect()
    }

    /// What the tab keeps for a reload: `sessionStorage`, as JSON.
    #[must_use]
    #[track_caller]
    pub fn kept_for_a_reload(&self) -> String {
        self.evaluate("JSON.stringify(sessionStorage)").as_str().unwrap_or_default().to_owned()
    }

    /// What the browser keeps for the site where scripts can read it: all but `sessionStorage`.
    #[must_use]
    #[track_caller]
    pub fn kept_for_good(&self) -> Value {
        let all = "(async () => ({
            localStorage: { ...localStorage },
            cookies: document.cookie,
            databases: (await indexedDB.databases()).map(database => database.name),
            caches: await caches.keys(),
        }))()";
        self.evaluate(all)
    }

    /// The values of the site's cookies, those included that scripts cannot read.
    #[must_use]
    #[track_caller]
    pub fn cookies(&self) -> Vec<String> {
        let answer = self.call("Network.getCookies", json!({}));
        answer["cookies"].as_array().into_iter().flatten().map(|cookie| text(cookie, "value")).collect()
    }

    /// From the next page on, what breaks a page's security policy is among its [`Page::complaints`], as its own scripts see it.
    #[track_caller]
    pub fn watch_policy(&self) {
        let listen = "addEventListener('securitypolicyviolation', event =>
            console.error(`against the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))";
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": listen }));
    }
}
