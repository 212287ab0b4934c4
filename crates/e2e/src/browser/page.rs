//! Page, accessed by its accessibility tree: elements are found by role and name.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cdp::{Cdp, text};
use super::element::Element;
use crate::{TIMEOUT, fail};

/// Interval of polling without an event.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// An open page.
#[derive(Clone, Debug)]
pub struct Page {
    wire: Rc<RefCell<Cdp>>,
    context: String,
    session: String,
}

impl Page {
    #[track_caller]
    pub(super) fn open(wire: Rc<RefCell<Cdp>>, context: String) -> Self {
        let session = {
            let mut cdp = wire.borrow_mut();
            let target = cdp.call(None, "Target.createTarget", json!({ "url": "about:blank", "browserContextId": context }));
            let attach = json!({ "targetId": text(&target, "targetId"), "flatten": true });
            text(&cdp.call(None, "Target.attachToTarget", attach), "sessionId")
        };
        let page = Self { wire, context, session };
        for domain in ["Page", "Runtime", "DOM", "Accessibility", "Network", "Log"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page.resize(1280, 800);
        page
    }

    /// Opens a second tab in the same browser context, in the foreground; the first tab is throttled from then on.
    #[must_use]
    #[track_caller]
    pub fn new_tab(&self) -> Self {
        Self::open(Rc::clone(&self.wire), self.context.clone())
    }

    /// Closes the browser context with all its tabs.
    #[track_caller]
    pub(super) fn close_context(self) {
        self.wire.borrow_mut().call(None, "Target.disposeBrowserContext", json!({ "browserContextId": self.context }));
    }

    /// Navigates to `url`, like the address bar or a link in a mail.
    #[track_caller]
    pub fn goto(&self, url: &str) {
        let answer = self.call("Page.navigate", json!({ "url": url }));
        if let Some(error) = answer["errorText"].as_str() {
            fail(format!("{url}: {error}"));
        }
    }

    /// Reloads the page and waits for the new document.
    #[track_caller]
    pub fn reload(&self) {
        self.wait_for_new_document(|| drop(self.call("Page.reload", json!({}))));
    }

    /// Runs an action that loads a new document, and waits for it, so that elements of the old document are not found afterwards.
    #[track_caller]
    pub fn wait_for_new_document(&self, action: impl FnOnce()) {
        self.evaluate("window.isOldDocument = true");
        action();
        self.wait_for("window.isOldDocument === undefined && document.readyState === 'complete'");
    }

    /// Goes back one entry in the history.
    #[track_caller]
    pub fn back(&self) {
        self.evaluate("history.back()");
    }

    /// Returns the current URL.
    #[must_use]
    #[track_caller]
    pub fn url(&self) -> String {
        self.evaluate("location.href").as_str().unwrap_or_default().to_owned()
    }

    /// Returns the title of the document.
    #[must_use]
    #[track_caller]
    pub fn title(&self) -> String {
        self.evaluate("document.title").as_str().unwrap_or_default().to_owned()
    }

    /// Waits for the element with this role and exact accessible name.
    #[track_caller]
    pub fn get_by_role(&self, role: &str, name: &str) -> Element {
        self.wait(|| self.all(role, Some(name)).into_iter().next(), || format!("no {role} “{name}”"))
    }

    /// Waits for the heading with this text.
    #[track_caller]
    pub fn heading(&self, name: &str) -> Element {
        self.get_by_role("heading", name)
    }

    /// Waits for an element with this role whose text contains `part`.
    #[track_caller]
    pub fn get_by_role_with_text(&self, role: &str, part: &str) -> Element {
        let saying = || self.all(role, None).into_iter().find(|element| element.text().contains(part));
        self.wait(saying, || {
            let there: Vec<String> = self.all(role, None).iter().map(Element::text).collect();
            format!("no {role} that says “{part}”, but {there:?}")
        })
    }

    /// Waits until no element has this role and name.
    #[track_caller]
    pub fn wait_until_gone(&self, role: &str, name: &str) {
        self.wait(|| self.all(role, Some(name)).is_empty().then_some(()), || format!("the {role} “{name}” is still there"));
    }

    /// Returns whether an element has this role and name now.
    #[must_use]
    #[track_caller]
    pub fn is_present(&self, role: &str, name: &str) -> bool {
        !self.all(role, Some(name)).is_empty()
    }

    /// Replaces the content of the field with this label.
    #[track_caller]
    pub fn fill(&self, name: &str, what: &str) {
        self.get_by_label(name).fill(what);
    }

    /// Waits for the field with this label.
    #[track_caller]
    pub fn get_by_label(&self, name: &str) -> Element {
        let any = || {
            ["textbox", "searchbox", "combobox", "spinbutton"].into_iter().find_map(|role| self.all(role, Some(name)).into_iter().next())
        };
        self.wait(any, || format!("no field “{name}”"))
    }

    /// Clicks the button with this name.
    #[track_caller]
    pub fn click_button(&self, name: &str) {
        self.get_by_role("button", name).click();
    }

    /// Clicks the link with this name.
    #[track_caller]
    pub fn click_link(&self, name: &str) {
        self.get_by_role("link", name).click();
    }

    /// Presses a key such as `Enter`, `Escape` or `Tab`, or types one letter.
    #[track_caller]
    pub fn press_key(&self, key: &str) {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            _ => 0,
        };
        let mut down = json!({ "type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code });
        if key == "Enter" {
            down["text"] = "\r".into();
        } else if key.chars().count() == 1 {
            down["text"] = key.into();
        }
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code }));
    }

    /// Runs an editing command at the focus, like its keyboard shortcut: `selectAll`, `copy`, `paste`.
    #[track_caller]
    pub fn editing_command(&self, command: &str) {
        self.call("Input.dispatchKeyEvent", json!({ "type": "rawKeyDown", "key": "Unidentified", "commands": [command] }));
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": "Unidentified" }));
    }

    /// Waits until `script` evaluates to true.
    #[track_caller]
    pub fn wait_for(&self, script: &str) {
        self.wait(|| (self.evaluate(script) == true).then_some(()), || format!("never true: {script}"));
    }

    /// Reloads `url` until `script` evaluates to a string.
    #[track_caller]
    pub fn reload_until(&self, url: &str, script: &str) -> String {
        let found = || {
            self.goto(url);
            self.wait_for("document.readyState === 'complete'");
            self.evaluate(script).as_str().map(str::to_owned)
        };
        self.wait(found, || format!("nothing found by {script}"))
    }

    /// Returns all uncaught exceptions and console errors so far.
    #[must_use]
    pub fn console_errors(&self) -> Vec<String> {
        let cdp = self.wire.borrow();
        let thrown = cdp.events(&self.session, "Runtime.exceptionThrown").map(|event| event["exceptionDetails"].to_string());
        let console = cdp
            .events(&self.session, "Runtime.consoleAPICalled")
            .filter(|event| event["type"] == "error")
            .map(|event| event["args"].to_string());
        // Failed requests are logged too, but handling them is up to the page. Violations of the content security policy are errors.
        let log = cdp.events(&self.session, "Log.entryAdded").map(|event| &event["entry"]);
        let log = log.filter(|entry| entry["level"] == "error" && entry["source"] != "network").map(|entry| entry["text"].to_string());
        thrown.chain(console).chain(log).collect()
    }

    /// Returns the URLs of all requests so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        let cdp = self.wire.borrow();
        cdp.events(&self.session, "Network.requestWillBeSent").map(|event| text(&event["request"], "url")).collect()
    }

    /// Evaluates `script` in the page; a promise is awaited.
    #[track_caller]
    pub fn evaluate(&self, script: &str) -> Value {
        let parameters = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        match self.try_call("Runtime.evaluate", parameters) {
            Ok(answer) if answer.get("exceptionDetails").is_some() => fail(format!("{script}: {}", answer["exceptionDetails"])),
            Ok(mut answer) => answer["result"]["value"].take(),
            // The document was replaced meanwhile; `wait` polls again.
            Err(_) => Value::Null,
        }
    }

    /// Returns all elements in the accessibility tree with this role (and name), in order.
    pub(super) fn all(&self, role: &str, name: Option<&str>) -> Vec<Element> {
        let Ok(document) = self.try_call("Runtime.evaluate", json!({ "expression": "document" })) else { return Vec::new() };
        let mut query = json!({ "objectId": document["result"]["objectId"], "role": role });
        if let Some(name) = name {
            query["accessibleName"] = name.into();
        }
        let Ok(answer) = self.try_call("Accessibility.queryAXTree", query) else { return Vec::new() };
        let nodes = answer["nodes"].as_array().into_iter().flatten();
        nodes
            .filter(|node| node["ignored"] != true)
            .filter_map(|node| Some(Element::new(self.clone(), node["backendDOMNodeId"].as_u64()?)))
            .collect()
    }

    /// Polls at each browser event until `look` returns `Some`.
    #[track_caller]
    pub(super) fn wait<T>(&self, look: impl Fn() -> Option<T>, missing: impl Fn() -> String) -> T {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Some(found) = look() {
                return found;
            }
            if Instant::now() > deadline {
                fail(format!("{}\n{}\nconsole: {:?}", missing(), self.described(), self.console_errors()));
            }
            self.wire.borrow_mut().listen(POLL_INTERVAL);
        }
    }

    /// Describes the page, for a failed test.
    fn described(&self) -> String {
        let text = self.evaluate("document.body ? document.body.innerText : ''");
        format!("at {} “{}”:\n{}", self.url(), self.title(), text.as_str().unwrap_or_default())
    }

    /// Returns the events `method` of the browser so far, oldest first.
    pub(super) fn events(&self, method: &str) -> Vec<Value> {
        self.wire.borrow().events(&self.session, method).cloned().collect()
    }

    #[track_caller]
    pub(super) fn call(&self, method: &str, parameters: Value) -> Value {
        self.wire.borrow_mut().call(Some(&self.session), method, parameters)
    }

    pub(super) fn try_call(&self, method: &str, parameters: Value) -> Result<Value, String> {
        self.wire.borrow_mut().try_call(Some(&self.session), method, parameters)
    }
}
