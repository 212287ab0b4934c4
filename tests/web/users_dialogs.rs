//! What an admin does with a user: sends a reset link, mends an address.

use crate::support::page::*;
use crate::support::people::{page, reset, user};
use crate::support::server::{Server, advance};
use crate::users::{LIST, at_the_table, row_says, sam};
use leptos::prelude::document;
use rekey_wire::users::{EmailStatus, ResetStarted, ResetState, User};
use serde_json::json;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventInit, HtmlDialogElement};

const RESET: &str = "POST /api/users/2/password-reset";
const PATCH: &str = "PATCH /api/users/2";

fn started() -> ResetStarted {
    ResetStarted { reset: reset(ResetState::Queued) }
}

/// The question whether to send Sam a link.
async fn about_to_reset() -> Server {
    let server = at_the_table(vec![sam()]).await;
    press("Reset password for Sam Ortiz").await;
    heading("Reset password for Sam Ortiz?").await;
    server
}

/// The dialog for the address of somebody who has none.
async fn about_to_add_an_address() -> Server {
    let server = at_the_table(vec![User { email: None, email_status: EmailStatus::Missing, ..sam() }]).await;
    press("Add email for Sam Ortiz").await;
    heading("Add email for Sam Ortiz").await;
    server
}

#[wasm_bindgen_test]
async fn a_link_is_sent_after_a_question_and_the_admin_is_told_what_to_do() {
    let server = about_to_reset().await;
    says("sam@example.com").await;
    says("It works for 30 minutes.").await;
    server.answers(RESET, 202, &started());
    server.answers(LIST, 200, &page(vec![User { reset: Some(reset(ResetState::Queued)), ..sam() }]));
    press("Send reset link").await;
    gone(Heading("Reset password for Sam Ortiz?")).await;
    status("Reset link sent to sam@example.com. Let Sam Ortiz know to check their inbox.").await;
    row_says("Sam Ortiz", "Queued").await;
    is_focused(Button("Reset password for Sam Ortiz")).await;
    assert!(server.hears(RESET, 1).await.body.is_null());
}

#[wasm_bindgen_test]
async fn cancelling_sends_nothing_and_gives_the_focus_back() {
    let server = at_the_table(vec![sam()]).await;
    press("Reset password for Sam Ortiz").await;
    heading("Reset password for Sam Ortiz?").await;
    press("Cancel").await;
    gone(Heading("Reset password for Sam Ortiz?")).await;
    is_focused(Button("Reset password for Sam Ortiz")).await;
    assert!(server.calls(RESET).is_empty());
}

#[wasm_bindgen_test]
async fn a_failure_is_said_inside_the_dialog_which_stays_open() {
    let server = about_to_reset().await;
    for (status, code, part) in [
        (500, "internal", "Something went wrong on our side"),
        (409, "no_valid_email", "no valid email address"),
        (409, "user_disabled", "disabled"),
        (404, "not_found", "no longer exists"),
        (403, "forbidden", "Only an admin"),
    ] {
        server.refuses(RESET, status, code);
        press("Send reset link").await;
        alert(part).await;
        heading("Reset password for Sam Ortiz?").await;
    }
    server.is_out_of_reach(RESET);
    press("Send reset link").await;
    alert("Check your connection, then try again").await;
    server.answers(RESET, 202, &started());
    press("Send reset link").await;
    status("Reset link sent").await;
}

#[wasm_bindgen_test]
async fn sending_too_soon_is_a_countdown_in_the_dialog() {
    let server = about_to_reset().await;
    server.asks_to_wait(RESET, 45);
    press("Send reset link").await;
    says("You can send again in 0:45.").await;
    becomes_disabled(Button("Send reset link"), true).await;
    advance(45);
    says("You can send again now.").await;
    server.answers(RESET, 202, &started());
    press("Send reset link").await;
    status("Reset link sent").await;
}

#[wasm_bindgen_test]
async fn a_double_click_sends_once() {
    let server = about_to_reset().await;
    server.answers(RESET, 202, &started());
    let answer = server.holds(RESET);
    press_twice("Send reset link").await;
    says("Sending…").await;
    answer.arrives();
    status("Reset link sent").await;
    assert_eq!(server.calls(RESET).len(), 1);
}

/// Waits until the dialog is open, which a browser may have closed at Escape.
async fn dialog_is_open() -> HtmlDialogElement {
    until("the open dialog", || document().query_selector("dialog[open]").ok().flatten()).await.unchecked_into()
}

#[wasm_bindgen_test]
async fn while_a_link_is_being_sent_the_dialog_stays_open_and_tells_the_result() {
    let server = about_to_reset().await;
    server.answers(RESET, 202, &started());
    let answer = server.holds(RESET);
    press("Send reset link").await;
    says("Sending…").await;

    find(Button("Cancel")).await.click();
    let escape = EventInit::new();
    escape.set_cancelable(true);
    let escape = Event::new_with_event_init_dict("cancel", &escape).expect("an event");
    dialog_is_open().await.dispatch_event(&escape).expect("an event happens");
    assert!(escape.default_prevented(), "Escape does not close it");
    // As browsers do at the second Escape.
    dialog_is_open().await.close();
    dialog_is_open().await;

    answer.arrives();
    status("Reset link sent to sam@example.com.").await;
    gone(Heading("Reset password for Sam Ortiz?")).await;
    assert_eq!(server.calls(RESET).len(), 1);
}

#[wasm_bindgen_test]
async fn a_failure_is_told_in_the_dialog_that_somebody_tried_to_leave() {
    let server = about_to_add_an_address().await;
    server.refuses(PATCH, 500, "internal");
    let answer = server.holds(PATCH);
    fill("Email", "sam@example.com").await;
    press("Save").await;
    says("Saving…").await;
    find(Button("Cancel")).await.click();
    dialog_is_open().await.close();
    dialog_is_open().await;
    answer.arrives();
    alert("Something went wrong on our side").await;
    assert_eq!(value("Email").await, "sam@example.com");
    press("Cancel").await;
    gone(Heading("Add email for Sam Ortiz")).await;
}

#[wasm_bindgen_test]
async fn an_address_that_bounced_is_warned_about() {
    let _server = at_the_table(vec![User { email_status: EmailStatus::Bounced, ..sam() }]).await;
    press("Reset password for Sam Ortiz").await;
    heading("Reset password for Sam Ortiz?").await;
    says("The last mail to this address was refused.").await;
    find(Button("Send reset link")).await;
}

#[wasm_bindgen_test]
async fn an_address_is_added_and_a_reset_is_possible() {
    let server = about_to_add_an_address().await;
    assert_eq!(value("Email").await, "");
    server.does(PATCH);
    server.answers(LIST, 200, &page(vec![sam()]));
    fill("Email", "sam@example.com").await;
    press("Save").await;
    gone(Heading("Add email for Sam Ortiz")).await;
    status("Email saved for Sam Ortiz.").await;
    find(Button("Reset password for Sam Ortiz")).await;
    assert_eq!(server.hears(PATCH, 1).await.body, json!({ "email": "sam@example.com" }));
}

#[wasm_bindgen_test]
async fn an_address_with_a_typo_is_shown_and_fixed() {
    let server = at_the_table(vec![User { email_status: EmailStatus::Invalid, ..user("2", "Sam Ortiz", "sam@example") }]).await;
    press("Fix email for Sam Ortiz").await;
    heading("Fix email for Sam Ortiz").await;
    assert_eq!(value("Email").await, "sam@example");
    press("Save").await;
    fault("Email", "name@example.com").await;
    assert!(server.calls(PATCH).is_empty());
    server.does(PATCH);
    fill("Email", "sam@example.com").await;
    press("Save").await;
    status("Email saved for Sam Ortiz.").await;
}

#[wasm_bindgen_test]
async fn a_refused_address_stays_in_the_dialog_with_the_reason() {
    let server = about_to_add_an_address().await;
    server.refuses(PATCH, 409, "email_taken");
    fill("Email", "alex@example.com").await;
    press("Save").await;
    fault("Email", "Another user has this address").await;
    alert("Check what is marked below").await;
    assert_eq!(value("Email").await, "alex@example.com");
    server.refuses_field(PATCH, "email", "invalid_email", "For programs");
    press("Save").await;
    fault("Email", "name@example.com").await;
    server.is_out_of_reach(PATCH);
    fill("Email", "sam@example.com").await;
    press("Save").await;
    alert("Check your connection, then try again").await;
    assert_eq!(value("Email").await, "sam@example.com");
    press("Cancel").await;
    gone(Heading("Add email for Sam Ortiz")).await;
    find(Button("Add email for Sam Ortiz")).await;
}

#[wasm_bindgen_test]
async fn a_double_click_saves_once() {
    let server = about_to_add_an_address().await;
    server.does(PATCH);
    let answer = server.holds(PATCH);
    fill("Email", "sam@example.com").await;
    press_twice("Save").await;
    says("Saving…").await;
    answer.arrives();
    status("Email saved").await;
    assert_eq!(server.calls(PATCH).len(), 1);
}
