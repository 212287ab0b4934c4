//! The page as a person meets it: things with a role and a name, and what one can do with them.
//!
//! What is looked for is waited for, frame by frame.

use super::tab::{PLACE, address};
use super::world;
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlInputElement};

/// How long, in milliseconds, a page may take to do what a test waits for.
const PATIENCE: f64 = 10_000.0;

/// Something with a role and its exact name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Thing<'a> {
    /// The `h1`, or what asks in a dialog.
    Heading(&'a str),
    /// A button.
    Button(&'a str),
    /// A link.
    Link(&'a str),
    /// A field to type into.
    Field(&'a str),
}

pub(crate) use Thing::{Button, Field, Heading, Link};

/// Types `what` in place of what is in the field called `name`.
pub(crate) async fn fill(name: &str, what: &str) {
    let field = field(name).await;
    field.focus().expect("a field takes the focus");
    field.set_value(what);
    happen(&field, "input");
}

/// Leaves the field called `name`.
pub(crate) async fn leave(name: &str) {
    let field = field(name).await;
    happen(&field, "blur");
}

/// Clicks the button called `name`, once a person could.
pub(crate) async fn press(name: &str) {
    becomes_disabled(Button(name), false).await;
    let button = find(Button(name)).await;
    button.focus().expect("a button takes the focus");
    button.click();
}

/// Presses the Enter key in the field called `name`, where the focus stays.
pub(crate) async fn press_enter_in(name: &str) {
    let field = field(name).await;
    field.focus().expect("a field takes the focus");
    field.form().expect("the field is in a form").request_submit().expect("a form can be sent");
}

/// Clicks the button called `name` twice, as fast as one can.
pub(crate) async fn press_twice(name: &str) {
    let button = find(Button(name)).await;
    button.click();
    button.click();
}

/// Clicks the link called `name`.
pub(crate) async fn follow(name: &str) {
    find(Link(name)).await.click();
}

/// Waits for the screen, or the dialog, called `name`.
pub(crate) async fn heading(name: &str) -> HtmlElement {
    let heading = find(Heading(name)).await;
    assert_eq!(all(&root(), "h1").len(), 1, "a page has one h1:\n{}", text());
    heading
}

/// The field called `name`.
pub(crate) async fn field(name: &str) -> HtmlInputElement {
    find(Field(name)).await.unchecked_into()
}

/// What stands in the field called `name`.
pub(crate) async fn value(name: &str) -> String {
    field(name).await.value()
}

/// Waits until the field called `name` is marked as refused, for a reason that says `part`.
pub(crate) async fn fault(name: &str, part: &str) {
    let refused = || {
        let field = look(Field(name))?;
        (field.get_attribute("aria-invalid")? == "true" && description(&field).contains(part)).then_some(())
    };
    until(&format!("fault “{part}” of “{name}”"), refused).await;
}

/// Waits until no field is marked as refused.
pub(crate) async fn no_fault() {
    until("end of all faults", || select("[aria-invalid=true]").is_empty().then_some(())).await;
}

/// Whether the field called `name` is marked as refused.
pub(crate) async fn is_refused(name: &str) -> bool {
    field(name).await.get_attribute("aria-invalid").is_some_and(|invalid| invalid == "true")
}

/// What `aria-describedby` points at.
pub(crate) fn description(thing: &Element) -> String {
    let ids = thing.get_attribute("aria-describedby").unwrap_or_default();
    let parts = ids.split_whitespace().map(|id| document().get_element_by_id(id).map(|part| said(&part)));
    parts.map(|part| part.expect("aria-describedby names something on the page")).collect::<Vec<_>>().join(" ")
}

/// Waits for an alert, in the dialog if one is open, that says `part`.
pub(crate) async fn alert(part: &str) {
    until(&format!("alert “{part}”"), || with_role("alert").into_iter().find(|alert| said(alert).contains(part))).await;
}

/// Whether an alert says something.
pub(crate) fn is_alarmed() -> bool {
    with_role("alert").iter().any(|alert| !said(alert).is_empty())
}

/// Waits for a status that says `part`.
pub(crate) async fn status(part: &str) {
    until(&format!("status “{part}”"), || with_role("status").into_iter().find(|status| said(status).contains(part))).await;
}

/// Waits until the page, or the open dialog, says `part`.
pub(crate) async fn says(part: &str) {
    until(&format!("“{part}”"), || text().contains(part).then_some(())).await;
}

/// Waits for `thing`.
pub(crate) async fn find(thing: Thing<'_>) -> HtmlElement {
    until(&format!("{thing:?}"), || look(thing)).await
}

/// Waits until `thing` is gone.
pub(crate) async fn gone(thing: Thing<'_>) {
    until(&format!("end of {thing:?}"), || look(thing).is_none().then_some(())).await;
}

/// Whether `thing` is there now.
pub(crate) fn has(thing: Thing<'_>) -> bool {
    look(thing).is_some()
}

/// Whether a person can use `thing` at the moment.
pub(crate) fn is_disabled(thing: &Element) -> bool {
    thing.has_attribute("disabled") || thing.get_attribute("aria-disabled").is_some_and(|disabled| disabled == "true")
}

/// Waits until `thing` can be used, or cannot.
pub(crate) async fn becomes_disabled(thing: Thing<'_>, disabled: bool) {
    let change = || look(thing).filter(|thing| is_disabled(thing) == disabled);
    until(&format!("{thing:?}, disabled: {disabled}"), change).await;
}

/// Waits until the focus is on `thing`.
pub(crate) async fn is_focused(thing: Thing<'_>) {
    let focused = || look(thing).filter(|thing| document().active_element().is_some_and(|active| &active == thing.as_ref()));
    until(&format!("focus on {thing:?}"), focused).await;
}

/// All elements under the open dialog, or else the page, that `selector` chooses.
pub(crate) fn select(selector: &str) -> Vec<HtmlElement> {
    all(&scope(), selector)
}

/// What is to be read on the page, or in the open dialog.
pub(crate) fn text() -> String {
    said(&scope())
}

/// What is to be read in `thing`.
pub(crate) fn said(thing: &Element) -> String {
    thing.text_content().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Looks again from frame to frame, until `look` finds something.
pub(crate) async fn until<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let clock = window().performance().expect("the browser has a clock");
    let end = clock.now() + PATIENCE;
    loop {
        let wrong = world::uncaught();
        assert!(wrong.is_empty(), "while waiting for {what}, the page's program failed: {wrong}");
        if let Some(found) = look() {
            return found;
        }
        assert!(clock.now() < end, "missing: {what}\nat {} “{}”:\n{}", address(), document().title(), text());
        a_frame_is_drawn().await;
    }
}

/// Waits until fields that were left before have said what they had to say (`PAUSE` in `src/ui/field.rs`): timers of one length end in the
/// order in which they began.
pub(crate) async fn fields_have_spoken() {
    let pause = js_sys::Promise::new(&mut |over, _| {
        _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&over, 200).expect("a timer begins");
    });
    JsFuture::from(pause).await.expect("a timer ends");
}

/// Waits for the next frame.
pub(crate) async fn a_frame_is_drawn() {
    let frame = js_sys::Promise::new(&mut |drawn, _| _ = window().request_animation_frame(&drawn).expect("a frame is drawn"));
    JsFuture::from(frame).await.expect("a frame is drawn");
}

fn look(thing: Thing<'_>) -> Option<HtmlElement> {
    let (selector, name) = match thing {
        Heading(name) => ("h1, h2", name),
        Button(name) => ("button", name),
        Link(name) => ("a[href]", name),
        Field(name) => {
            let label = select("label").into_iter().find(|label| said(label) == name)?;
            return document().get_element_by_id(&label.get_attribute("for")?)?.dyn_into().ok();
        }
    };
    select(selector).into_iter().find(|element| called(element) == name)
}

fn called(element: &Element) -> String {
    element.get_attribute("aria-label").unwrap_or_else(|| said(element))
}

fn with_role(role: &str) -> Vec<HtmlElement> {
    select(&["[role=", role, "]"].concat())
}

/// The dialog that is open: nothing else can be used then.
fn scope() -> Element {
    all(&root(), "dialog[open]").pop().map_or_else(root, Into::into)
}

fn root() -> Element {
    document().get_element_by_id(PLACE).expect("a page is open")
}

fn all(under: &Element, selector: &str) -> Vec<HtmlElement> {
    let found = under.query_selector_all(selector).expect("a selector");
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

fn happen(on: &Element, what: &str) {
    let how = EventInit::new();
    how.set_bubbles(true);
    how.set_cancelable(true);
    let event = Event::new_with_event_init_dict(what, &how).expect("an event");
    on.dispatch_event(&event).expect("an event happens");
}
