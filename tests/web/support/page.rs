//! Queries and actions on the page under test, by role and accessible name. Queries wait until they find an element.

use super::browser_fake;
use super::tab::{ROOT_ID, address};
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlInputElement};

/// Timeout, in milliseconds, for anything that a test waits for.
const TIMEOUT: f64 = 10_000.0;

/// A role and its exact accessible name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role<'a> {
    /// The `h1`, or the heading of a dialog.
    Heading(&'a str),
    /// A button.
    Button(&'a str),
    /// A link.
    Link(&'a str),
    /// A text field.
    Field(&'a str),
}

pub(crate) use Role::{Button, Field, Heading, Link};

/// Replaces the content of the field `name`.
pub(crate) async fn fill(name: &str, what: &str) {
    let field = get_by_label(name).await;
    field.focus().expect("a field takes the focus");
    field.set_value(what);
    dispatch_event(&field, "input");
}

/// Blurs the field `name`.
pub(crate) async fn blur(name: &str) {
    let field = get_by_label(name).await;
    dispatch_event(&field, "blur");
}

/// Clicks the button `name` once it is enabled.
pub(crate) async fn click_button(name: &str) {
    becomes_disabled(Button(name), false).await;
    let button = get_by_role(Button(name)).await;
    button.focus().expect("a button takes the focus");
    button.click();
}

/// Presses Enter in the field `name`, which keeps the focus.
pub(crate) async fn submit_with_enter(name: &str) {
    let field = get_by_label(name).await;
    field.focus().expect("a field takes the focus");
    field.form().expect("the field is in a form").request_submit().expect("a form can be sent");
}

/// Clicks the button `name` twice in immediate succession.
pub(crate) async fn double_click(name: &str) {
    let button = get_by_role(Button(name)).await;
    button.click();
    button.click();
}

/// Clicks the link `name`.
pub(crate) async fn click_link(name: &str) {
    get_by_role(Link(name)).await.click();
}

/// Waits for the screen or the dialog with the heading `name`.
pub(crate) async fn heading(name: &str) -> HtmlElement {
    let heading = get_by_role(Heading(name)).await;
    assert_eq!(all(&root(), "h1").len(), 1, "a page has one h1:\n{}", text());
    heading
}

/// Returns the field `name`.
pub(crate) async fn get_by_label(name: &str) -> HtmlInputElement {
    get_by_role(Field(name)).await.unchecked_into()
}

/// Returns the value of the field `name`.
pub(crate) async fn value(name: &str) -> String {
    get_by_label(name).await.value()
}

/// Waits until the field `name` is marked as invalid, with an error that contains `part`.
pub(crate) async fn wait_for_field_error(name: &str, part: &str) {
    let refused = || {
        let field = query(Field(name))?;
        (field.get_attribute("aria-invalid")? == "true" && description(&field).contains(part)).then_some(())
    };
    wait_until(&format!("fault “{part}” of “{name}”"), refused).await;
}

/// Waits until no field is marked as invalid.
pub(crate) async fn wait_for_no_field_error() {
    wait_until("end of all faults", || select("[aria-invalid=true]").is_empty().then_some(())).await;
}

/// Returns whether the field `name` is marked as invalid.
pub(crate) async fn is_refused(name: &str) -> bool {
    get_by_label(name).await.get_attribute("aria-invalid").is_some_and(|invalid| invalid == "true")
}

/// Returns the text referenced by `aria-describedby`.
pub(crate) fn description(thing: &Element) -> String {
    let ids = thing.get_attribute("aria-describedby").unwrap_or_default();
    let parts = ids.split_whitespace().map(|id| document().get_element_by_id(id).map(|part| text_of(&part)));
    parts.map(|part| part.expect("aria-describedby names something on the page")).collect::<Vec<_>>().join(" ")
}

/// Waits for an alert, in the dialog if one is open, that contains `part`.
pub(crate) async fn wait_for_alert(part: &str) {
    wait_until(&format!("alert “{part}”"), || with_role("alert").into_iter().find(|alert| text_of(alert).contains(part))).await;
}

/// Returns whether there is an alert with text.
pub(crate) fn has_alert() -> bool {
    with_role("alert").iter().any(|alert| !text_of(alert).is_empty())
}

/// Waits for a status that contains `part`.
pub(crate) async fn wait_for_status(part: &str) {
    wait_until(&format!("status “{part}”"), || with_role("status").into_iter().find(|status| text_of(status).contains(part))).await;
}

/// Waits until the page, or the open dialog, contains `part`.
pub(crate) async fn wait_for_text(part: &str) {
    wait_until(&format!("“{part}”"), || text().contains(part).then_some(())).await;
}

/// Waits for the element.
pub(crate) async fn get_by_role(thing: Role<'_>) -> HtmlElement {
    wait_until(&format!("{thing:?}"), || query(thing)).await
}

/// Waits until the element is gone.
pub(crate) async fn wait_until_gone(thing: Role<'_>) {
    wait_until(&format!("end of {thing:?}"), || query(thing).is_none().then_some(())).await;
}

/// Returns whether the element is present now.
pub(crate) fn is_present(thing: Role<'_>) -> bool {
    query(thing).is_some()
}

/// Returns whether the element is disabled.
pub(crate) fn is_disabled(thing: &Element) -> bool {
    thing.has_attribute("disabled") || thing.get_attribute("aria-disabled").is_some_and(|disabled| disabled == "true")
}

/// Waits until the element is disabled, or enabled.
pub(crate) async fn becomes_disabled(thing: Role<'_>, disabled: bool) {
    let change = || query(thing).filter(|thing| is_disabled(thing) == disabled);
    wait_until(&format!("{thing:?}, disabled: {disabled}"), change).await;
}

/// Waits until the element has the focus.
pub(crate) async fn is_focused(thing: Role<'_>) {
    let focused = || query(thing).filter(|thing| document().active_element().is_some_and(|active| &active == thing.as_ref()));
    wait_until(&format!("focus on {thing:?}"), focused).await;
}

/// Returns all elements that match `selector` in the open dialog, or else in the page.
pub(crate) fn select(selector: &str) -> Vec<HtmlElement> {
    all(&scope(), selector)
}

/// Returns the text of the open dialog, or else of the page.
pub(crate) fn text() -> String {
    text_of(&scope())
}

/// Returns the text of an element.
pub(crate) fn text_of(thing: &Element) -> String {
    thing.text_content().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Calls `query` every frame until it returns `Some`.
pub(crate) async fn wait_until<T>(what: &str, query: impl Fn() -> Option<T>) -> T {
    let clock = window().performance().expect("the browser has a clock");
    let end = clock.now() + TIMEOUT;
    loop {
        let wrong = browser_fake::uncaught();
        assert!(wrong.is_empty(), "while waiting for {what}, the page's program failed: {wrong}");
        if let Some(found) = query() {
            return found;
        }
        assert!(clock.now() < end, "missing: {what}\nat {} “{}”:\n{}", address(), document().title(), text());
        next_frame().await;
    }
}

/// Waits until blurred fields have been validated (`VALIDATION_DELAY` in `components/field.rs`): timers with the same delay fire in order.
pub(crate) async fn validation_has_run() {
    let pause = js_sys::Promise::new(&mut |over, _| {
        _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&over, 200).expect("a timer begins");
    });
    JsFuture::from(pause).await.expect("a timer ends");
}

/// Waits for the next frame.
pub(crate) async fn next_frame() {
    let frame = js_sys::Promise::new(&mut |drawn, _| _ = window().request_animation_frame(&drawn).expect("a frame is drawn"));
    JsFuture::from(frame).await.expect("a frame is drawn");
}

fn query(thing: Role<'_>) -> Option<HtmlElement> {
    let (selector, name) = match thing {
        Heading(name) => ("h1, h2", name),
        Button(name) => ("button", name),
        Link(name) => ("a[href]", name),
        Field(name) => {
            let label = select("label").into_iter().find(|label| text_of(label) == name)?;
            return document().get_element_by_id(&label.get_attribute("for")?)?.dyn_into().ok();
        }
    };
    select(selector).into_iter().find(|element| name_of(element) == name)
}

fn name_of(element: &Element) -> String {
    element.get_attribute("aria-label").unwrap_or_else(|| text_of(element))
}

fn with_role(role: &str) -> Vec<HtmlElement> {
    select(&["[role=", role, "]"].concat())
}

/// Returns the open dialog, which makes the rest of the page inert, or else the page.
fn scope() -> Element {
    all(&root(), "dialog[open]").pop().map_or_else(root, Into::into)
}

fn root() -> Element {
    document().get_element_by_id(ROOT_ID).expect("a page is open")
}

fn all(under: &Element, selector: &str) -> Vec<HtmlElement> {
    let found = under.query_selector_all(selector).expect("a selector");
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

fn dispatch_event(on: &Element, what: &str) {
    let how = EventInit::new();
    how.set_bubbles(true);
    how.set_cancelable(true);
    let event = Event::new_with_event_init_dict(what, &how).expect("an event");
    on.dispatch_event(&event).expect("an event happens");
}
