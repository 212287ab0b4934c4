//! A page as a person meets it: things with a role and a name.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cdp::{Cdp, text};
use super::element::Element;
use crate::{PATIENCE, give_up};

/// How long to wait for a sign of change before looking again anyway.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// One open page.
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
        page.size(1280, 800);
        page
    }

    /// A second tab on the same device. It stands in front: the first one is asleep from then on.
    #[must_use]
    #[track_caller]
    pub fn another_tab(&self) -> Self {
        Self::open(Rc::clone(&self.wire), self.context.clone())
    }

    /// Closes all tabs of the device and forgets it.
    #[track_caller]
    pub(super) fn throw_away(self) {
        self.wire.borrow_mut().call(None, "Target.disposeBrowserContext", json!({ "browserContextId": self.context }));
    }

    /// Goes to `url`, as by the address bar or a link in a mail.
    #[track_caller]
    pub fn goto(&self, url: &str) {
        let answer = self.call("Page.navigate", json!({ "url": url }));
        if let Some(error) = answer["errorText"].as_str() {
            give_up(format!("{url}: {error}"));
        }
    }

    /// Loads the page anew.
    #[track_caller]
    pub fn reload(&self) {
        self.call("Page.reload", json!({}));
    }

    /// Goes one step back in the tab's history.
    #[track_caller]
    pub fn back(&self) {
        self.evaluate("history.back()");
    }

    /// What the address bar shows.
    #[must_use]
    #[track_caller]
    pub fn url(&self) -> String {
        self.evaluate("location.href").as_str().unwrap_or_default().to_owned()
    }

    /// What the tab is called.
    #[must_use]
    #[track_caller]
    pub fn title(&self) -> String {
        self.evaluate("document.title").as_str().unwrap_or_default().to_owned()
    }

    /// Waits for the thing with this role and exact name.
    #[track_caller]
    pub fn find(&self, role: &str, name: &str) -> Element {
        self.wait(|| self.all(role, Some(name)).into_iter().next(), || format!("no {role} “{name}”"))
    }

    /// Waits for the screen with this heading.
    #[track_caller]
    pub fn heading(&self, name: &str) -> Element {
        self.find("heading", name)
    }

    /// Waits for a thing with this role whose text holds `part`.
    #[track_caller]
    pub fn find_saying(&self, role: &str, part: &str) -> Element {
        let saying = || self.all(role, None).into_iter().find(|element| element.text().contains(part));
        self.wait(saying, || {
            let there: Vec<String> = self.all(role, None).iter().map(Element::text).collect();
            format!("no {role} that says “{part}”, but {there:?}")
        })
    }

    /// Waits until nothing has this role and name.
    #[track_caller]
    pub fn gone(&self, role: &str, name: &str) {
        self.wait(|| self.all(role, Some(name)).is_empty().then_some(()), || format!("the {role} “{name}” is still there"));
    }

    /// Whether something has this role and name now.
    #[must_use]
    #[track_caller]
    pub fn has(&self, role: &str, name: &str) -> bool {
        !self.all(role, Some(name)).is_empty()
    }

    /// Types `what` into the field called `name`, in place of what was there.
    #[track_caller]
    pub fn fill(&self, name: &str, what: &str) {
        self.field(name).fill(what);
    }

    /// The field called `name`.
    #[track_caller]
    pub fn field(&self, name: &str) -> Element {
        let any = || {
            ["textbox", "searchbox", "combobox", "spinbutton"].into_iter().find_map(|role| self.all(role, Some(name)).into_iter().next())
        };
        self.wait(any, || format!("no field “{name}”"))
    }

    /// Clicks the button called `name`.
    #[track_caller]
    pub fn press(&self, name: &str) {
        self.find("button", name).click();
    }

    /// Clicks the link called `name`.
    #[track_caller]
    pub fn follow(&self, name: &str) {
        self.find("link", name).click();
    }

    /// Presses a key such as `Enter`, `Escape` or `Tab`.
    #[track_caller]
    pub fn key(&self, key: &str) {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            _ => 0,
        };
        let mut down = json!({ "type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code });
        if key == "Enter" {
            down["text"] = "\r".into();
        }
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code }));
    }

    /// Does what the keys for an editing command do where the focus is: `selectAll`, `copy`, `paste`.
    #[track_caller]
    pub fn edit(&self, command: &str) {
        self.call("Input.dispatchKeyEvent", json!({ "type": "rawKeyDown", "key": "Unidentified", "commands": [command] }));
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": "Unidentified" }));
    }

    /// Waits until `script` is true in the page.
    #[track_caller]
    pub fn until(&self, script: &str) {
        self.wait(|| (self.evaluate(script) == true).then_some(()), || format!("never true: {script}"));
    }

    /// Loads `url` anew until `script` finds some text in it.
    #[track_caller]
    pub fn once_at(&self, url: &str, script: &str) -> String {
        let found = || {
            self.goto(url);
            self.until("document.readyState === 'complete'");
            self.evaluate(script).as_str().map(str::to_owned)
        };
        self.wait(found, || format!("nothing found by {script}"))
    }

    /// What the page's own scripts and the browser complained about so far.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let cdp = self.wire.borrow();
        let thrown = cdp.events(&self.session, "Runtime.exceptionThrown").map(|event| event["exceptionDetails"].to_string());
        let console = cdp
            .events(&self.session, "Runtime.consoleAPICalled")
            .filter(|event| event["type"] == "error")
            .map(|event| event["args"].to_string());
        // A refused request is logged by the network, and is the page's to explain; what breaks the security policy is not.
        let log = cdp.events(&self.session, "Log.entryAdded").map(|event| &event["entry"]);
        let log = log.filter(|entry| entry["level"] == "error" && entry["source"] != "network").map(|entry| entry["text"].to_string());
        thrown.chain(console).chain(log).collect()
    }

    /// The addresses the page has asked for so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        let cdp = self.wire.borrow();
        cdp.events(&self.session, "Network.requestWillBeSent").map(|event| text(&event["request"], "url")).collect()
    }

    /// What `script` evaluates to in the page; a promise is awaited.
    #[track_caller]
    pub fn evaluate(&self, script: &str) -> Value {
        let parameters = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        match self.try_call("Runtime.evaluate", parameters) {
            Ok(answer) if answer.get("exceptionDetails").is_some() => give_up(format!("{script}: {}", answer["exceptionDetails"])),
            Ok(mut answer) => answer["result"]["value"].take(),
            // The document went away under it; whoever waits looks again.
            Err(_) => Value::Null,
        }
    }

    /// All things in the accessibility tree with this role (and name), in order.
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

    /// Looks again and again, whenever the page has changed, until `look` finds something.
    #[track_caller]
    pub(super) fn wait<T>(&self, look: impl Fn() -> Option<T>, missing: impl Fn() -> String) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look() {
                return found;
            }
            if Instant::now() > deadline {
                give_up(format!("{}\n{}\ncomplaints: {:?}", missing(), self.described(), self.complaints()));
            }
            self.wire.borrow_mut().listen(LOOK_AGAIN);
        }
    }

    /// The page in words, for a test that failed.
    fn described(&self) -> String {
        let text = self.evaluate("document.body ? document.body.innerText : ''");
        format!("at {} “{}”:\n{}", self.url(), self.title(), text.as_str().unwrap_or_default())
    }

    /// The browser's events called `method` so far, oldest first.
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
