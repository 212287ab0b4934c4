//! Login page.

use crate::PASSWORD;
use crate::support::fixtures::{admin, agent};
use crate::support::page::*;
use crate::support::server::{Server, advance};
use crate::support::tab::*;
use rekey_wire::login::Session;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

const LOG_IN: &str = "POST /api/session";

/// Opens the login page and fills in address and password.
async fn about_to_log_in() -> Server {
    let server = Server::for_visitor();
    open("/login").await;
    heading("Log in").await;
    fill("Email", "jordan@example.com").await;
    fill("Password", PASSWORD).await;
    server
}

/// Asserts that the input is kept.
async fn what_was_typed_is_still_there() {
    assert_eq!(value("Email").await, "jordan@example.com");
    assert_eq!(value("Password").await, PASSWORD);
}

#[wasm_bindgen_test]
async fn an_empty_form_is_not_sent_and_says_what_is_missing() {
    let server = Server::for_visitor();
    open("/login").await;
    click_button("Log in").await;
    wait_for_field_error("Email", "Fill this in.").await;
    wait_for_field_error("Password", "Fill this in.").await;
    assert!(server.calls(LOG_IN).is_empty());
}

#[wasm_bindgen_test]
async fn a_malformed_address_is_pointed_out_when_its_field_is_left() {
    let server = Server::for_visitor();
    open("/login").await;
    fill("Email", "jordan@").await;
    assert!(!is_refused("Email").await, "nobody is told off while typing");
    blur("Email").await;
    wait_for_field_error("Email", "name@example.com").await;
    fill("Email", "jordan@example.com").await;
    wait_for_no_field_error().await;
    assert!(server.calls(LOG_IN).is_empty());
}

#[wasm_bindgen_test]
async fn a_wrong_password_is_explained_and_can_be_corrected() {
    let server = about_to_log_in().await;
    server.refuses(LOG_IN, 401, "invalid_credentials");
    click_button("Log in").await;
    wait_for_alert("do not match").await;
    what_was_typed_is_still_there().await;
    server.answers(LOG_IN, 200, &Session { user: Some(agent()) });
    click_button("Log in").await;
    heading("Your account").await;
}

#[wasm_bindgen_test]
async fn a_failure_says_what_to_do_and_loses_nothing() {
    let server = about_to_log_in().await;
    server.goes_offline(LOG_IN);
    click_button("Log in").await;
    wait_for_alert("Check your connection, then try again").await;
    what_was_typed_is_still_there().await;

    server.refuses(LOG_IN, 500, "internal");
    click_button("Log in").await;
    wait_for_alert("Something went wrong on our side").await;
    what_was_typed_is_still_there().await;

    server.is_behind_a_broken_proxy(LOG_IN);
    click_button("Log in").await;
    server.hears(LOG_IN, 3).await;
    wait_for_alert("Something went wrong on our side").await;
    what_was_typed_is_still_there().await;
}

#[wasm_bindgen_test]
async fn too_many_attempts_are_a_countdown_and_the_button_waits_for_its_end() {
    let server = about_to_log_in().await;
    server.asks_to_wait(LOG_IN, 42);
    click_button("Log in").await;
    wait_for_text("You can try again in 0:42, or reset your password.").await;
    wait_for_text("You can try again in 42 seconds, or reset your password.").await;
    assert!(!has_alert(), "it is said once");
    becomes_disabled(Button("Log in"), true).await;
    // The Enter key still triggers it.
    get_by_role(Button("Log in")).await.click();
    advance(41);
    wait_for_text("You can try again in 0:01, or reset your password.").await;
    assert_eq!(server.calls(LOG_IN).len(), 1);
    what_was_typed_is_still_there().await;
    advance(1);
    wait_for_text("You can try again now.").await;
    server.answers(LOG_IN, 200, &Session { user: Some(agent()) });
    click_button("Log in").await;
    heading("Your account").await;
}

#[wasm_bindgen_test]
async fn a_double_click_sends_once_and_the_button_says_that_it_works() {
    let server = about_to_log_in().await;
    server.refuses(LOG_IN, 401, "invalid_credentials");
    let answer = server.hold(LOG_IN);
    double_click("Log in").await;
    wait_for_text("Logging in…").await;
    answer.release();
    wait_for_alert("do not match").await;
    assert_eq!(server.calls(LOG_IN).len(), 1);
}

#[wasm_bindgen_test]
async fn the_password_can_be_shown_and_hidden_and_stays_the_same() {
    let _server = about_to_log_in().await;
    assert_eq!(get_by_label("Password").await.type_(), "password");
    click_button("Show password").await;
    wait_until_gone(Button("Show password")).await;
    assert_eq!((get_by_label("Password").await.type_(), value("Password").await), ("text".into(), PASSWORD.into()));
    click_button("Hide password").await;
    get_by_role(Button("Show password")).await;
    assert_eq!((get_by_label("Password").await.type_(), value("Password").await), ("password".into(), PASSWORD.into()));
}

#[wasm_bindgen_test]
async fn everybody_gets_to_their_start_page() {
    for (person, path, name) in [(agent(), "/account", "Your account"), (admin(), "/settings/users", "Users")] {
        let server = about_to_log_in().await;
        server.answers("GET /api/users", 200, &crate::support::fixtures::page(vec![]));
        server.answers(LOG_IN, 200, &Session { user: Some(person) });
        click_button("Log in").await;
        heading(name).await;
        is_at(path).await;
        let sent = server.hears(LOG_IN, 1).await.body;
        assert_eq!(sent, json!({ "email": "jordan@example.com", "password": PASSWORD }));
    }
}

#[wasm_bindgen_test]
async fn the_enter_key_logs_in_from_the_field_that_has_the_focus() {
    let server = about_to_log_in().await;
    server.answers(LOG_IN, 200, &Session { user: Some(agent()) });
    submit_with_enter("Password").await;
    heading("Your account").await;
    is_focused(Heading("Your account")).await;
}

#[wasm_bindgen_test]
async fn whoever_wanted_a_page_gets_there() {
    let server = Server::for_visitor();
    open("/account/password").await;
    heading("Log in").await;
    is_at("/login?next=/account/password").await;
    server.answers(LOG_IN, 200, &Session { user: Some(agent()) });
    fill("Email", "jordan@example.com").await;
    fill("Password", PASSWORD).await;
    click_button("Log in").await;
    heading("Change password").await;
    is_at("/account/password").await;
}

#[wasm_bindgen_test]
async fn hdr_04_a_link_to_the_login_page_leads_nowhere_else() {
    for next in ["//evil.example", "/%5Cevil.example", "https:evil.example", "javascript:wait_for_alert(1)", "%2F%2Fevil.example/account"] {
        let server = Server::for_visitor();
        open(&["/login?next=", next].concat()).await;
        heading("Log in").await;
        server.answers(LOG_IN, 200, &Session { user: Some(agent()) });
        fill("Email", "jordan@example.com").await;
        fill("Password", PASSWORD).await;
        click_button("Log in").await;
        heading("Your account").await;
        is_at("/account").await;
    }
}

#[wasm_bindgen_test]
async fn pwd_08_password_managers_find_what_they_fill_in() {
    let _server = about_to_log_in().await;
    assert_eq!(get_by_label("Email").await.get_attribute("autocomplete").as_deref(), Some("username"));
    assert_eq!(get_by_label("Password").await.get_attribute("autocomplete").as_deref(), Some("current-password"));
    click_link("Forgot your password?").await;
    heading("Forgot your password?").await;
    is_at("/forgot-password").await;
}

#[wasm_bindgen_test]
async fn an_answer_does_not_take_anybody_elsewhere_who_has_left() {
    let server = about_to_log_in().await;
    server.answers(LOG_IN, 200, &Session { user: Some(agent()) });
    let answer = server.hold(LOG_IN);
    click_button("Log in").await;
    wait_for_text("Logging in…").await;
    click_link("Forgot your password?").await;
    heading("Forgot your password?").await;
    answer.release();
    server.has_answered(LOG_IN).await;
    heading("Forgot your password?").await;
    is_at("/forgot-password").await;
}
