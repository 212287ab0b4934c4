//! Fake server for the pages: responds by method and path, and records the requests.

use super::page::{next_frame, wait_until};
use super::{browser_fake, tab};
use rekey_wire::config::Config;
use rekey_wire::login::{Session, SessionUser};
use rekey_wire::password::Policy;
use rekey_wire::problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) const CONFIG: &str = "GET /api/config";
pub(crate) const SESSION: &str = "GET /api/session";

/// The fake server of the page under test.
pub(crate) struct Server;

/// A recorded request.
#[derive(Debug, Deserialize)]
pub(crate) struct Call {
    name: String,
    /// The query, including the question mark.
    pub(crate) search: String,
    /// The body; null if there was none.
    pub(crate) body: Value,
    answered: bool,
}

/// A response that is held back.
pub(crate) struct HeldAnswer(u32);

impl HeldAnswer {
    /// Sends the response.
    pub(crate) fn release(self) {
        browser_fake::open_gate(self.0);
    }
}

impl Server {
    /// Starts a server without a session.
    pub(crate) fn for_visitor() -> Self {
        Self::start(None)
    }

    /// Starts a server with `person` logged in.
    pub(crate) fn for_person(person: SessionUser) -> Self {
        Self::start(Some(person))
    }

    fn start(user: Option<SessionUser>) -> Self {
        // The page of the previous test would keep sending requests.
        tab::close();
        browser_fake::reset();
        let server = Self;
        server.answers(CONFIG, 200, &config());
        server.sets_session(user);
        server
    }

    /// Sets the logged-in user.
    pub(crate) fn sets_session(&self, user: Option<SessionUser>) {
        self.answers(SESSION, 200, &Session { user });
    }

    /// Responds to `call` with `body` from now on.
    pub(crate) fn answers(&self, call: &str, status: u16, body: &impl Serialize) {
        self.answers_with(call, status, &json!({}), body);
    }

    /// Responds to `call` with these headers and `body` from now on.
    pub(crate) fn answers_with(&self, call: &str, status: u16, headers: &Value, body: &impl Serialize) {
        browser_fake::answer(call, status, &headers.to_string(), &serde_json::to_string(body).expect("an answer is JSON"));
    }

    /// Responds to `call` with 204 from now on.
    pub(crate) fn answers_no_content(&self, call: &str) {
        browser_fake::answer(call, 204, "{}", "");
    }

    /// Responds to `call` with the problem `code` from now on.
    pub(crate) fn refuses(&self, call: &str, status: u16, code: &str) {
        self.answers(call, status, &problem(status, code, &json!({})));
    }

    /// Responds to `call` with an error of one field from now on.
    pub(crate) fn refuses_field(&self, call: &str, field: &str, code: &str, message: &str) {
        let errors = json!({ field: [{ "code": code, "message": message }] });
        self.answers(call, 422, &problem(422, "invalid_fields", &errors));
    }

    /// Rate-limits `call` from now on, with this number of seconds in `Retry-After`.
    pub(crate) fn asks_to_wait(&self, call: &str, seconds: u32) {
        let headers = json!({ "retry-after": seconds.to_string() });
        self.answers_with(call, 429, &headers, &problem(429, "too_many_requests", &json!({})));
    }

    /// Responds to `call` with a proxy's error page from now on.
    pub(crate) fn is_behind_a_broken_proxy(&self, call: &str) {
        browser_fake::answer(call, 502, r#"{"content-type":"text/html"}"#, "<h1>Bad gateway</h1>");
    }

    /// Fails `call` with a network error from now on.
    pub(crate) fn goes_offline(&self, call: &str) {
        browser_fake::cut(call);
    }

    /// Holds back the response to `call` until [`HeldAnswer::release`].
    #[must_use]
    pub(crate) fn hold(&self, call: &str) -> HeldAnswer {
        HeldAnswer(browser_fake::hold(call))
    }

    /// Returns all requests `call` so far.
    pub(crate) fn calls(&self, call: &str) -> Vec<Call> {
        let made: Vec<Call> = serde_json::from_str(&browser_fake::made()).expect("a list of calls");
        made.into_iter().filter(|made| made.name == call).collect()
    }

    /// Waits until `call` was requested `times` times, and returns the last request.
    pub(crate) async fn hears(&self, call: &str, times: usize) -> Call {
        wait_until(&format!("{call}, for the {times}. time"), || {
            let mut calls = self.calls(call);
            if calls.len() >= times { calls.pop() } else { None }
        })
        .await
    }

    /// Waits until all requests `call` so far have responses, and the page has been rendered with them.
    pub(crate) async fn has_answered(&self, call: &str) {
        wait_until(&format!("answers to {call}"), || self.calls(call).iter().all(|call| call.answered).then_some(())).await;
        next_frame().await;
        next_frame().await;
    }

    /// Sends an event that these users changed.
    pub(crate) fn sends_event_for(&self, ids: &[&str]) {
        browser_fake::tell("users", &json!({ "ids": ids }).to_string());
    }

    /// Simulates a reconnection of the event streams.
    pub(crate) fn reconnects(&self) {
        browser_fake::tell("open", "");
    }

    /// Ends the event streams with an error, without reconnection.
    pub(crate) fn refuses_to_tell(&self) {
        browser_fake::refuse_streams();
    }

    /// Returns whether an event stream is open.
    pub(crate) fn has_listener(&self) -> bool {
        browser_fake::listeners() > 0
    }
}

/// Advances the clock and fires due timers.
pub(crate) fn advance(seconds: u32) {
    browser_fake::advance(f64::from(seconds) * 1000.0);
}

/// Returns a configuration with the program's defaults.
pub(crate) fn config() -> Config {
    Config {
        brand: "Squaretalk".into(),
        support_email: None,
        password: Policy { min_length: 15, max_length: 256 },
        resend_after_seconds: 60,
        link_ttl_seconds: 1800,
    }
}

fn problem(status: u16, code: &str, errors: &Value) -> Problem {
    let document = json!({
        "type": format!("/problems/{code}"), "title": "For programs", "status": status,
        "code": code, "detail": "For programs", "errors": errors,
    });
    serde_json::from_value(document).expect("a problem document")
}

/// Returns the time that many seconds from now, in the server's format.
pub(crate) fn in_seconds(seconds: u32) -> String {
    let at = js_sys::Date::new(&(js_sys::Date::now() + f64::from(seconds) * 1000.0).into());
    at.to_iso_string().into()
}
