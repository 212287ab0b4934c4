//! The server, as far as the pages can tell: answers by method and path, and remembers what it was asked.

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

/// The server of the page under test.
pub(crate) struct Server;

/// What it was asked.
#[derive(Debug, Deserialize)]
pub(crate) struct Call {
    name: String,
    /// The query, from the question mark on.
    pub(crate) search: String,
    /// The body; null without one.
    pub(crate) body: Value,
    answered: bool,
}

/// An answer that is kept back.
pub(crate) struct HeldAnswer(u32);

impl HeldAnswer {
    /// Lets it arrive.
    pub(crate) fn release(self) {
        browser_fake::open_gate(self.0);
    }
}

impl Server {
    /// One that a visitor meets.
    pub(crate) fn for_visitor() -> Self {
        Self::start(None)
    }

    /// One where `person` is logged in.
    pub(crate) fn for_person(person: SessionUser) -> Self {
        Self::start(Some(person))
    }

    fn start(user: Option<SessionUser>) -> Self {
        // The page of the test before would go on asking.
        tab::close();
        browser_fake::reset();
        let server = Self;
        server.answers(CONFIG, 200, &config());
        server.sets_session(user);
        server
    }

    /// From now on this is who is logged in.
    pub(crate) fn sets_session(&self, user: Option<SessionUser>) {
        self.answers(SESSION, 200, &Session { user });
    }

    /// From now on `call` is answered with `body`.
    pub(crate) fn answers(&self, call: &str, status: u16, body: &impl Serialize) {
        self.answers_with(call, status, &json!({}), body);
    }

    /// From now on `call` is answered with these headers and `body`.
    pub(crate) fn answers_with(&self, call: &str, status: u16, headers: &Value, body: &impl Serialize) {
        browser_fake::answer(call, status, &headers.to_string(), &serde_json::to_string(body).expect("an answer is JSON"));
    }

    /// From now on `call` is done, without a body.
    pub(crate) fn answers_no_content(&self, call: &str) {
        browser_fake::answer(call, 204, "{}", "");
    }

    /// From now on `call` is refused with the problem called `code`.
    pub(crate) fn refuses(&self, call: &str, status: u16, code: &str) {
        self.answers(call, status, &problem(status, code, &json!({})));
    }

    /// From now on `call` is refused because of one field.
    pub(crate) fn refuses_field(&self, call: &str, field: &str, code: &str, message: &str) {
        let errors = json!({ field: [{ "code": code, "message": message }] });
        self.answers(call, 422, &problem(422, "invalid_fields", &errors));
    }

    /// From now on `call` comes too soon for this many seconds.
    pub(crate) fn asks_to_wait(&self, call: &str, seconds: u32) {
        let headers = json!({ "retry-after": seconds.to_string() });
        self.answers_with(call, 429, &headers, &problem(429, "too_many_requests", &json!({})));
    }

    /// From now on something before the server answers `call` with a page of its own.
    pub(crate) fn is_behind_a_broken_proxy(&self, call: &str) {
        browser_fake::answer(call, 502, r#"{"content-type":"text/html"}"#, "<h1>Bad gateway</h1>");
    }

    /// From now on nothing is heard of `call`.
    pub(crate) fn goes_offline(&self, call: &str) {
        browser_fake::cut(call);
    }

    /// Keeps the answer to `call`, as told so far, back until it [arrives](HeldAnswer::arrives).
    #[must_use]
    pub(crate) fn hold(&self, call: &str) -> HeldAnswer {
        HeldAnswer(browser_fake::hold(call))
    }

    /// All of `call` so far.
    pub(crate) fn calls(&self, call: &str) -> Vec<Call> {
        let made: Vec<Call> = serde_json::from_str(&browser_fake::made()).expect("a list of calls");
        made.into_iter().filter(|made| made.name == call).collect()
    }

    /// Waits until `call` was made `times`, and gives the last one.
    pub(crate) async fn hears(&self, call: &str, times: usize) -> Call {
        wait_until(&format!("{call}, for the {times}. time"), || {
            let mut calls = self.calls(call);
            if calls.len() >= times { calls.pop() } else { None }
        })
        .await
    }

    /// Waits until every `call` so far has its answer, and the page has drawn what came of it.
    pub(crate) async fn has_answered(&self, call: &str) {
        wait_until(&format!("answers to {call}"), || self.calls(call).iter().all(|call| call.answered).then_some(())).await;
        next_frame().await;
        next_frame().await;
    }

    /// Says by itself that these users changed.
    pub(crate) fn sends_event_for(&self, ids: &[&str]) {
        browser_fake::tell("users", &json!({ "ids": ids }).to_string());
    }

    /// The connection to the pages that listen was interrupted, and is there again.
    pub(crate) fn reconnects(&self) {
        browser_fake::tell("open", "");
    }

    /// Ends the connection to the pages that listen, for good.
    pub(crate) fn refuses_to_tell(&self) {
        browser_fake::refuse_streams();
    }

    /// Whether a page listens to what it says by itself.
    pub(crate) fn has_listener(&self) -> bool {
        browser_fake::listeners() > 0
    }
}

/// Moves the clock on, and lets happen what is due.
pub(crate) fn advance(seconds: u32) {
    browser_fake::advance(f64::from(seconds) * 1000.0);
}

/// A configuration as the program has it by default.
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

/// The moment that many seconds from now, as the server writes it.
pub(crate) fn in_seconds(seconds: u32) -> String {
    let at = js_sys::Date::new(&(js_sys::Date::now() + f64::from(seconds) * 1000.0).into());
    at.to_iso_string().into()
}
