//! One thing on a page.

use serde_json::{Value, json};

use super::page::Page;
use crate::give_up;

/// Something with a role and a name.
#[derive(Clone, Debug)]
pub struct Element {
    page: Page,
    node: u64,
}

/// A mouse button that is held down over an [`Element`].
#[must_use = "it has to be let go"]
pub struct Held<'a> {
    element: &'a Element,
    at: (f64, f64),
}

impl Held<'_> {
    /// Lets it go, where it was pressed.
    pub fn let_go(self) {
        self.element.mouse(self.at, "mouseReleased", 1);
    }
}

impl Element {
    pub(super) fn new(page: Page, node: u64) -> Self {
        Self { page, node }
    }

    /// Clicks its middle with the mouse.
    ///
    /// # Panics
    /// When it is covered, out of reach or disabled: a person could not click it either.
    #[track_caller]
    pub fn click(&self) {
        self.hold().let_go();
    }

    /// Presses the mouse button over it, and holds it.
    #[track_caller]
    pub fn hold(&self) -> Held<'_> {
        let at = self.reach();
        if self.is_disabled() {
            give_up("it is disabled");
        }
        self.mouse(at, "mouseMoved", 1);
        self.mouse(at, "mousePressed", 1);
        Held { element: self, at }
    }

    /// Clicks it twice at once.
    #[track_caller]
    pub fn double_click(&self) {
        let at = self.reach();
        for (kind, count) in [("mousePressed", 1), ("mouseReleased", 1), ("mousePressed", 2), ("mouseReleased", 2)] {
            self.mouse(at, kind, count);
        }
    }

    fn mouse(&self, (x, y): (f64, f64), kind: &str, count: u8) {
        let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": count });
        self.page.call("Input.dispatchMouseEvent", event);
    }

    /// A dialog may still slide in: where it has come to rest.
    #[track_caller]
    fn reach(&self) -> (f64, f64) {
        self.page.wait(|| self.point(), || "it is covered by something else, or does not come to rest".to_owned())
    }

    /// Where to click, once the spot shows this element and it stays there from one frame to the next.
    fn point(&self) -> Option<(f64, f64)> {
        let script = "async function () {
            this.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
            const before = this.getBoundingClientRect();
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            const box = this.getBoundingClientRect();
            if (box.x !== before.x || box.y !== before.y || box.width === 0) return null;
            const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
            const top = document.elementFromPoint(x, y);
            const label = top && top.closest('label');
            return top && (this.contains(top) || top.contains(this) || (label && label.control === this)) ? [x, y] : null;
        }";
        let point = self.try_ask(script)?;
        Some((point[0].as_f64()?, point[1].as_f64()?))
    }

    /// Types `what` in place of what is in the field.
    #[track_caller]
    pub fn fill(&self, what: &str) {
        self.click();
        self.ask("function () { this.select(); }");
        if what.is_empty() {
            self.page.call(
                "Input.dispatchKeyEvent",
                json!({ "type": "keyDown", "key": "Delete", "code": "Delete", "windowsVirtualKeyCode": 46 }),
            );
        } else {
            self.page.call("Input.insertText", json!({ "text": what }));
        }
    }

    /// What stands in the field.
    #[must_use]
    #[track_caller]
    pub fn value(&self) -> String {
        self.ask("function () { return this.value; }").as_str().unwrap_or_default().to_owned()
    }

    /// What it says.
    #[must_use]
    pub fn text(&self) -> String {
        self.try_ask("function () { return this.innerText; }").and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// One of its attributes.
    #[must_use]
    #[track_caller]
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.ask(&format!("function () {{ return this.getAttribute({}); }}", json!(name))).as_str().map(str::to_owned)
    }

    /// The text that `aria-describedby` points at.
    #[must_use]
    #[track_caller]
    pub fn description(&self) -> String {
        let script = "function () {
            const ids = (this.getAttribute('aria-describedby') || '').split(/\\s+/).filter(Boolean);
            return ids.map(id => document.getElementById(id)?.innerText ?? '').join(' ');
        }";
        self.ask(script).as_str().unwrap_or_default().to_owned()
    }

    /// Whether it can be used at the moment.
    #[must_use]
    #[track_caller]
    pub fn is_disabled(&self) -> bool {
        self.ask("function () { return this.matches(':disabled') || this.getAttribute('aria-disabled') === 'true'; }") == true
    }

    /// Waits until it can be used.
    #[track_caller]
    pub fn wait_enabled(&self) {
        self.page.wait(|| (!self.is_disabled()).then_some(()), || "it stays disabled".to_owned());
    }

    /// Waits until the keyboard's focus is on it.
    #[track_caller]
    pub fn wait_focused(&self) {
        let focused = || (self.try_ask("function () { return document.activeElement === this; }") == Some(true.into())).then_some(());
        self.page.wait(focused, || format!("the focus is not on “{}”", self.text()));
    }

    /// Waits until its text holds `part`.
    #[track_caller]
    pub fn wait_saying(&self, part: &str) {
        self.page.wait(|| self.text().contains(part).then_some(()), || format!("it says “{}”, not “{part}”", self.text()));
    }

    #[track_caller]
    fn ask(&self, script: &str) -> Value {
        self.try_ask(script).unwrap_or_else(|| give_up("it is no longer on the page"))
    }

    /// Calls `script` with the element as `this`. `None` when it has left the page.
    fn try_ask(&self, script: &str) -> Option<Value> {
        let object = self.page.try_call("DOM.resolveNode", json!({ "backendNodeId": self.node })).ok()?;
        let call =
            json!({ "objectId": object["object"]["objectId"], "functionDeclaration": script, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.page.try_call("Runtime.callFunctionOn", call).ok()?;
        Some(answer["result"]["value"].take())
    }
}
