//! Change of the password.

use crate::PASSWORD;
use crate::support::fixtures::agent;
use crate::support::page::*;
use crate::support::server::{Server, advance};
use crate::support::tab::*;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

const CHANGE: &str = "PUT /api/account/password";
const CURRENT: &str = "violet harbour thirty lanterns";

async fn about_to_change() -> Server {
    let server = Server::for_person(agent());
    open("/account/password").await;
    heading("Change password").await;
    fill("Current password", CURRENT).await;
    fill("New password", PASSWORD).await;
    server
}

async fn what_was_typed_is_still_there() {
    assert_eq!((value("Current password").await, value("New password").await), (CURRENT.into(), PASSWORD.into()));
}

#[wasm_bindgen_test]
async fn an_empty_form_is_not_sent_and_says_what_is_missing() {
    let server = Server::for_person(agent());
    open("/account/password").await;
    click_button("Change password").await;
    wait_for_field_error("Current password", "Enter your current password.").await;
    wait_for_field_error("New password", "Enter a new password.").await;
    fill("New password", "short").await;
    wait_for_field_error("New password", "Use at least 15 characters. You have 5.").await;
    assert!(server.calls(CHANGE).is_empty());
}

#[wasm_bindgen_test]
async fn a_changed_password_is_a_status_and_the_fields_are_empty() {
    let server = about_to_change().await;
    server.answers_no_content(CHANGE);
    blur("Current password").await;
    click_button("Change password").await;
    wait_for_status("Your password is changed").await;
    assert_eq!((value("Current password").await, value("New password").await), (String::new(), String::new()));
    validation_has_run().await;
    assert!(select("[aria-invalid=true]").is_empty(), "nobody is told off for the emptied fields");
    assert_eq!(server.hears(CHANGE, 1).await.body, json!({ "current_password": CURRENT, "new_password": PASSWORD }));
}

#[wasm_bindgen_test]
async fn a_wrong_current_password_is_said_at_its_field() {
    let server = about_to_change().await;
    server.refuses_field(CHANGE, "current_password", "wrong_password", "For programs");
    click_button("Change password").await;
    wait_for_field_error("Current password", "That is not your current password.").await;
    assert!(!is_refused("New password").await);
    what_was_typed_is_still_there().await;
}

#[wasm_bindgen_test]
async fn a_password_that_only_the_server_refuses_is_said_at_its_field() {
    let server = about_to_change().await;
    server.refuses_field(CHANGE, "new_password", "personal", "For programs");
    click_button("Change password").await;
    wait_for_field_error("New password", "Avoid your name").await;
    assert!(!is_refused("Current password").await);
}

#[wasm_bindgen_test]
async fn a_failure_says_what_to_do_and_loses_nothing() {
    let server = about_to_change().await;
    server.goes_offline(CHANGE);
    click_button("Change password").await;
    wait_for_alert("Check your connection, then try again").await;
    what_was_typed_is_still_there().await;
    server.refuses(CHANGE, 500, "internal");
    click_button("Change password").await;
    wait_for_alert("Something went wrong on our side").await;
    what_was_typed_is_still_there().await;
}

#[wasm_bindgen_test]
async fn too_many_attempts_are_a_countdown_and_the_button_waits_for_its_end() {
    let server = about_to_change().await;
    server.asks_to_wait(CHANGE, 90);
    click_button("Change password").await;
    wait_for_text("There were too many attempts. You can try again in 1:30.").await;
    assert!(!has_alert(), "it is said once");
    becomes_disabled(Button("Change password"), true).await;
    what_was_typed_is_still_there().await;
    advance(90);
    wait_for_text("You can try again now.").await;
    server.answers_no_content(CHANGE);
    click_button("Change password").await;
    wait_for_status("Your password is changed").await;
    assert_eq!(server.calls(CHANGE).len(), 2);
}

#[wasm_bindgen_test]
async fn a_double_click_changes_it_once() {
    let server = about_to_change().await;
    server.answers_no_content(CHANGE);
    let answer = server.hold(CHANGE);
    double_click("Change password").await;
    wait_for_text("Saving…").await;
    answer.release();
    wait_for_status("Your password is changed").await;
    assert_eq!(server.calls(CHANGE).len(), 1);
}

#[wasm_bindgen_test]
async fn pwd_08_each_password_can_be_shown_and_managers_find_what_they_fill_in() {
    let _server = about_to_change().await;
    assert_eq!(get_by_label("Current password").await.get_attribute("autocomplete").as_deref(), Some("current-password"));
    assert_eq!(get_by_label("New password").await.get_attribute("autocomplete").as_deref(), Some("new-password"));
    let username = wait_until("the username", || select("form [autocomplete=username]").pop()).await;
    assert_eq!(username.get_attribute("value").as_deref(), Some("jordan@example.com"));
    click_button("Show password").await;
    get_by_role(Button("Hide password")).await;
    let types = (get_by_label("Current password").await.type_(), get_by_label("New password").await.type_());
    assert_eq!(types, ("text".into(), "password".into()), "one field at a time");
    what_was_typed_is_still_there().await;
}
