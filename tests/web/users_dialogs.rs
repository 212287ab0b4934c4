//! Dialogs of the users table: sending a reset link, fixing an address.

use crate::support::fixtures::{page, reset, user};
use crate::support::page::*;
use crate::support::server::{Server, advance};
use crate::users::{LIST, at_the_table, row_has_text, sam};
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

/// Opens the dialog for sending a link to Sam.
async fn about_to_reset() -> Server {
    let server = at_the_table(vec![sam()]).await;
    click_button("Reset password for Sam Ortiz").await;
    heading("Reset password for Sam Ortiz?").await;
    server
}

/// Opens the dialog for adding the address of a user without one.
async fn about_to_add_an_address() -> Server {
    let server = at_the_table(vec![User { email: None, email_status: EmailStatus::Missing, ..sam() }]).await;
    click_button("Add email for Sam Ortiz").await;
    heading("Add email for Sam Ortiz").await;
    server
}

#[wasm_bindgen_test]
async fn a_link_is_sent_after_a_question_and_the_admin_is_told_what_to_do() {
    let server = about_to_reset().await;
    wait_for_text("sam@example.com").await;
    wait_for_text("It works for 30 minutes.").await;
    server.answers(RESET, 202, &started());
    server.answers(LIST, 200, &page(vec![User { reset: Some(reset(ResetState::Queued)), ..sam() }]));
    click_button("Send reset link").await;
    wait_until_gone(Heading("Reset password for Sam Ortiz?")).await;
    wait_for_status("Reset link sent to sam@example.com. Let Sam Ortiz know to check their inbox.").await;
    row_has_text("Sam Ortiz", "Queued").await;
    is_focused(Button("Reset password for Sam Ortiz")).await;
    assert!(server.hears(RESET, 1).await.body.is_null());
}

#[wasm_bindgen_test]
async fn cancelling_sends_nothing_and_gives_the_focus_back() {
    let server = at_the_table(vec![sam()]).await;
    click_button("Reset password for Sam Ortiz").await;
    heading("Reset password for Sam Ortiz?").await;
    click_button("Cancel").await;
    wait_until_gone(Heading("Reset password for Sam Ortiz?")).await;
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
        (403, "forbidden", "Your role does not allow this"),
    ] {
        server.refuses(RESET, status, code);
        click_button("Send reset link").await;
        wait_for_alert(part).await;
        heading("Reset password for Sam Ortiz?").await;
    }
    server.goes_offline(RESET);
    click_button("Send reset link").await;
    wait_for_alert("Check your connection, then try again").await;
    server.answers(RESET, 202, &started());
    click_button("Send reset link").await;
    wait_for_status("Reset link sent").await;
}

#[wasm_bindgen_test]
async fn sending_too_soon_is_a_countdown_in_the_dialog() {
    let server = about_to_reset().await;
    server.asks_to_wait(RESET, 45);
    click_button("Send reset link").await;
    wait_for_text("You can send again in 0:45.").await;
    becomes_disabled(Button("Send reset link"), true).await;
    advance(45);
    wait_for_text("You can send again now.").await;
    server.answers(RESET, 202, &started());
    click_button("Send reset link").await;
    wait_for_status("Reset link sent").await;
}

#[wasm_bindgen_test]
async fn a_double_click_sends_once() {
    let server = about_to_reset().await;
    server.answers(RESET, 202, &started());
    let answer = server.hold(RESET);
    double_click("Send reset link").await;
    wait_for_text("Sending…").await;
    answer.release();
    wait_for_status("Reset link sent").await;
    assert_eq!(server.calls(RESET).len(), 1);
}

/// Waits until the dialog is open; browsers may close it at Escape.
async fn dialog_is_open() -> HtmlDialogElement {
    wait_until("the open dialog", || document().query_selector("dialog[open]").ok().flatten()).await.unchecked_into()
}

#[wasm_bindgen_test]
async fn while_a_link_is_being_sent_the_dialog_stays_open_and_tells_the_result() {
    let server = about_to_reset().await;
    server.answers(RESET, 202, &started());
    let answer = server.hold(RESET);
    click_button("Send reset link").await;
    wait_for_text("Sending…").await;

    get_by_role(Button("Cancel")).await.click();
    let escape = EventInit::new();
    escape.set_cancelable(true);
    let escape = Event::new_with_event_init_dict("cancel", &escape).expect("an event");
    dialog_is_open().await.dispatch_event(&escape).expect("an event happens");
    assert!(escape.default_prevented(), "Escape does not close it");
    // Browsers close it at the second Escape.
    dialog_is_open().await.close();
    dialog_is_open().await;

    answer.release();
    wait_for_status("Reset link sent to sam@example.com.").await;
    wait_until_gone(Heading("Reset password for Sam Ortiz?")).await;
    assert_eq!(server.calls(RESET).len(), 1);
}

#[wasm_bindgen_test]
async fn a_failure_is_told_in_the_dialog_that_somebody_tried_to_leave() {
    let server = about_to_add_an_address().await;
    server.refuses(PATCH, 500, "internal");
    let answer = server.hold(PATCH);
    fill("Email", "sam@example.com").await;
    click_button("Save").await;
    wait_for_text("Saving…").await;
    get_by_role(Button("Cancel")).await.click();
    dialog_is_open().await.close();
    dialog_is_open().await;
    answer.release();
    wait_for_alert("Something went wrong on our side").await;
    assert_eq!(value("Email").await, "sam@example.com");
    click_button("Cancel").await;
    wait_until_gone(Heading("Add email for Sam Ortiz")).await;
}

#[wasm_bindgen_test]
async fn an_address_that_bounced_is_warned_about() {
    let _server = at_the_table(vec![User { email_status: EmailStatus::Bounced, ..sam() }]).await;
    click_button("Reset password for Sam Ortiz").await;
    heading("Reset password for Sam Ortiz?").await;
    wait_for_text("The last mail to this address was refused.").await;
    get_by_role(Button("Send reset link")).await;
}

#[wasm_bindgen_test]
async fn an_address_is_added_and_a_reset_is_possible() {
    let server = about_to_add_an_address().await;
    assert_eq!(value("Email").await, "");
    server.answers_no_content(PATCH);
    server.answers(LIST, 200, &page(vec![sam()]));
    fill("Email", "sam@example.com").await;
    click_button("Save").await;
    wait_until_gone(Heading("Add email for Sam Ortiz")).await;
    wait_for_status("Email saved for Sam Ortiz.").await;
    get_by_role(Button("Reset password for Sam Ortiz")).await;
    assert_eq!(server.hears(PATCH, 1).await.body, json!({ "email": "sam@example.com" }));
}

#[wasm_bindgen_test]
async fn an_address_with_a_typo_is_shown_and_fixed() {
    let server = at_the_table(vec![User { email_status: EmailStatus::Invalid, ..user("2", "Sam Ortiz", "sam@example") }]).await;
    click_button("Fix email for Sam Ortiz").await;
    heading("Fix email for Sam Ortiz").await;
    assert_eq!(value("Email").await, "sam@example");
    click_button("Save").await;
    wait_for_field_error("Email", "name@example.com").await;
    assert!(server.calls(PATCH).is_empty());
    server.answers_no_content(PATCH);
    fill("Email", "sam@example.com").await;
    click_button("Save").await;
    wait_for_status("Email saved for Sam Ortiz.").await;
}

#[wasm_bindgen_test]
async fn a_refused_address_stays_in_the_dialog_with_the_reason() {
    let server = about_to_add_an_address().await;
    server.refuses(PATCH, 409, "email_taken");
    fill("Email", "alex@example.com").await;
    click_button("Save").await;
    wait_for_field_error("Email", "Another user has this address").await;
    wait_for_alert("Check what is marked below").await;
    assert_eq!(value("Email").await, "alex@example.com");
    server.refuses_field(PATCH, "email", "invalid_email", "For programs");
    click_button("Save").await;
    wait_for_field_error("Email", "name@example.com").await;
    server.goes_offline(PATCH);
    fill("Email", "sam@example.com").await;
    click_button("Save").await;
    wait_for_alert("Check your connection, then try again").await;
    assert_eq!(value("Email").await, "sam@example.com");
    click_button("Cancel").await;
    wait_until_gone(Heading("Add email for Sam Ortiz")).await;
    get_by_role(Button("Add email for Sam Ortiz")).await;
}

#[wasm_bindgen_test]
async fn a_double_click_saves_once() {
    let server = about_to_add_an_address().await;
    server.answers_no_content(PATCH);
    let answer = server.hold(PATCH);
    fill("Email", "sam@example.com").await;
    double_click("Save").await;
    wait_for_text("Saving…").await;
    answer.release();
    wait_for_status("Email saved").await;
    assert_eq!(server.calls(PATCH).len(), 1);
}
