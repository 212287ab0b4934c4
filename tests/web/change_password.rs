//! Changing one's own password.

use crate::PASSWORD;
use crate::support::page::*;
use crate::support::people::agent;
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
    press("Change password").await;
    fault("Current password", "Enter your current password.").await;
    fault("New password", "Enter a new password.").await;
    fill("New password", "short").await;
    fault("New password", "Use at least 15 characters. You have 5.").await;
    assert!(server.calls(CHANGE).is_empty());
}

#[wasm_bindgen_test]
async fn a_changed_password_is_a_status_and_the_fields_are_empty() {
    let server = about_to_change().await;
    server.does(CHANGE);
    leave("Current password").await;
    press("Change password").await;
    status("Your password is changed").await;
    assert_eq!((value("Current password").await, value("New password").await), (String::new(), String::new()));
    fields_have_spoken().await;
    assert!(select("[aria-invalid=true]").is_empty(), "nobody is told off for the emptied fields");
    assert_eq!(server.hears(CHANGE, 1).await.body, json!({ "current_password": CURRENT, "new_password": PASSWORD }));
}

#[wasm_bindgen_test]
async fn a_wrong_current_password_is_said_at_its_field() {
    let server = about_to_change().await;
    server.refuses_field(CHANGE, "current_password", "wrong_password", "For programs");
    press("Change password").await;
    fault("Current password", "That is not your current password.").await;
    assert!(!is_refused("New password").await);
    what_was_typed_is_still_there().await;
}

#[wasm_bindgen_test]
async fn a_password_that_only_the_server_refuses_is_said_at_its_field() {
    let server = about_to_change().await;
    server.refuses_field(CHANGE, "new_password", "personal", "For programs");
    press("Change password").await;
    fault("New password", "Avoid your name").await;
    assert!(!is_refused("Current password").await);
}

#[wasm_bindgen_test]
async fn a_failure_says_what_to_do_and_loses_nothing() {
    let server = about_to_change().await;
    server.is_out_of_reach(CHANGE);
    press("Change password").await;
    alert("Check your connection, then try again").await;
    what_was_typed_is_still_there().await;
    server.refuses(CHANGE, 500, "internal");
    press("Change password").await;
    alert("Something went wrong on our side").await;
    what_was_typed_is_still_there().await;
}

#[wasm_bindgen_test]
async fn too_many_attempts_are_a_countdown_and_the_button_waits_for_its_end() {
    let server = about_to_change().await;
    server.asks_to_wait(CHANGE, 90);
    press("Change password").await;
    says("There were too many attempts. You can try again in 1:30.").await;
    assert!(!is_alarmed(), "it is said once");
    becomes_disabled(Button("Change password"), true).await;
    what_was_typed_is_still_there().await;
    advance(90);
    says("You can try again now.").await;
    server.does(CHANGE);
    press("Change password").await;
    status("Your password is changed").await;
    assert_eq!(server.calls(CHANGE).len(), 2);
}

#[wasm_bindgen_test]
async fn a_double_click_changes_it_once() {
    let server = about_to_change().await;
    server.does(CHANGE);
    let answer = server.holds(CHANGE);
    press_twice("Change password").await;
    says("Saving…").await;
    answer.arrives();
    status("Your password is changed").await;
    assert_eq!(server.calls(CHANGE).len(), 1);
}

#[wasm_bindgen_test]
async fn pwd_08_each_password_can_be_shown_and_managers_find_what_they_fill_in() {
    let _server = about_to_change().await;
    assert_eq!(field("Current password").await.get_attribute("autocomplete").as_deref(), Some("current-password"));
    assert_eq!(field("New password").await.get_attribute("autocomplete").as_deref(), Some("new-password"));
    let username = until("the username", || select("form [autocomplete=username]").pop()).await;
    assert_eq!(username.get_attribute("value").as_deref(), Some("jordan@example.com"));
    press("Show password").await;
    find(Button("Hide password")).await;
    let types = (field("Current password").await.type_(), field("New password").await.type_());
    assert_eq!(types, ("text".into(), "password".into()), "one field at a time");
    what_was_typed_is_still_there().await;
}
