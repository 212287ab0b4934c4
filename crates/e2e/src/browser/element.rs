//! Element of a page.

use serde_json::{Value, json};

use super::page::Page;
use crate::fail;

/// An element of the accessibility tree.
#[derive(Clone, Debug)]
pub struct Element {
    page: Page,
    node: u64,
}

/// A pressed mouse button over an [`Element`].
#[must_use = "it has to be released"]
pub struct PressedMouse<'a> {
    element: &'a Element,
    at: (f64, f64),
}

impl PressedMouse<'_> {
    /// Releases the button where it was pressed.
    pub fn mouse_up(self) {
        self.element.mouse(self.at, "mouseReleased", 1);
    }
}

impl Element {
    pub(super) fn new(page: Page, node: u64) -> Self {
        Self { page, node }
    }

    /// Clicks its center with the mouse.
    ///
    /// # Panics
    /// If it is covered, unreachable or disabled, so that a user could not click it either.
    #[track_caller]
    pub fn click(&self) {
        self.mouse_down().mouse_up();
    }

    /// Presses the mouse button over it.
    #[track_caller]
    pub fn mouse_down(&self) -> PressedMouse<'_> {
        let at = self.reach();
        if self.is_disabled() {
            fail("it is disabled");
        }
        self.mouse(at, "mouseMoved", 1);
        self.mouse(at, "mousePressed", 1);
        PressedMouse { element: self, at }
    }

    /// Double-clicks it.
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

    /// Returns its position once it has stopped moving: a dialog may be sliding in.
    #[track_caller]
    fn reach(&self) -> (f64, f64) {
        self.page.wait(|| self.point(), || "it is covered, or does not stop moving".to_owned())
    }

    /// Returns the point to click; `None` while the point shows another element or moves between two frames.
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
        let point = self.try_call(script)?;
        Some((point[0].as_f64()?, point[1].as_f64()?))
    }

    /// Replaces the content of the field.
    #[track_caller]
    pub fn fill(&self, what: &str) {
        self.click();
        self.call("function () { this.select(); }");
        if what.is_empty() {
            self.page.call(
                "Input.dispatchKeyEvent",
                json!({ "type": "keyDown", "key": "Delete", "code": "Delete", "windowsVirtualKeyCode": 46 }),
            );
        } else {
            self.page.call("Input.insertText", json!({ "text": what }));
        }
    }

    /// Returns the value of the field.
    #[must_use]
    #[track_caller]
    pub fn value(&self) -> String {
        self.call("function () { return this.value; }").as_str().unwrap_or_default().to_owned()
    }

    /// Returns its text.
    #[must_use]
    pub fn text(&self) -> String {
        self.try_call("function () { return this.innerText; }").and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Returns an attribute.
    #[must_use]
    #[track_caller]
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.call(&format!("function () {{ return this.getAttribute({}); }}", json!(name))).as_str().map(str::to_owned)
    }

    /// Returns the text of the elements referenced by `aria-describedby`.
    #[must_use]
    #[track_caller]
    pub fn description(&self) -> String {
        let script = "function () {
            const ids = (this.getAttribute('aria-describedby') || '').split(/\\s+/).filter(Boolean);
            return ids.map(id => document.getElementById(id)?.innerText ?? '').join(' ');
        }";
        self.call(script).as_str().unwrap_or_default().to_owned()
    }

    /// Returns whether it is disabled.
    #[must_use]
    #[track_caller]
    pub fn is_disabled(&self) -> bool {
        self.call("function () { return this.matches(':disabled') || this.getAttribute('aria-disabled') === 'true'; }") == true
    }

    /// Waits until it is enabled.
    #[track_caller]
    pub fn wait_enabled(&self) {
        self.page.wait(|| (!self.is_disabled()).then_some(()), || "it stays disabled".to_owned());
    }

    /// Waits until it has the focus.
    #[track_caller]
    pub fn wait_focused(&self) {
        let focused = || (self.try_call("function () { return document.activeElement === this; }") == Some(true.into())).then_some(());
        self.page.wait(focused, || format!("the focus is not on “{}”", self.text()));
    }

    /// Waits until its text contains `part`.
    #[track_caller]
    pub fn wait_for_text(&self, part: &str) {
        self.page.wait(|| self.text().contains(part).then_some(()), || format!("it says “{}”, not “{part}”", self.text()));
    }

    #[track_caller]
    fn call(&self, script: &str) -> Value {
        self.try_call(script).unwrap_or_else(|| fail("it is no longer in the document"))
    }

    /// Calls `script` with the element as `this`. Returns `None` if it has left the page.
    fn try_call(&self, script: &str) -> Option<Value> {
        let object = self.page.try_call("DOM.resolveNode", json!({ "backendNodeId": self.node })).ok()?;
        let call =
            json!({ "objectId": object["object"]["objectId"], "functionDeclaration": script, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.page.try_call("Runtime.callFunctionOn", call).ok()?;
        Some(answer["result"]["value"].take())
    }
}
