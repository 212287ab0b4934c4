//! "Forgot your password?"

use crate::support::page::*;
use crate::support::server::Server;
use crate::support::tab::*;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

const ASK: &str = "POST /api/password-resets";

async fn about_to_ask() -> Server {
    let server = Server::for_visitor();
    open("/forgot-password").await;
    heading("Forgot your password?").await;
    fill("Email", "jordan@example.com").await;
    server
}

#[wasm_bindgen_test]
async fn what_is_no_address_is_not_sent() {
    let server = Server::for_visitor();
    open("/forgot-password").await;
    click_button("Send reset link").await;
    wait_for_field_error("Email", "Fill this in.").await;
    for typed in ["jordan", "jordan@", "jordan@example", "jordan lee@example.com"] {
        fill("Email", typed).await;
        click_button("Send reset link").await;
        wait_for_field_error("Email", "name@example.com").await;
        assert_eq!(value("Email").await, typed);
    }
    assert!(server.calls(ASK).is_empty());
}

#[wasm_bindgen_test]
async fn the_address_typed_is_sent_and_shown_at_the_inbox() {
    let server = about_to_ask().await;
    server.answers(ASK, 202, &json!({ "resend_after_seconds": 60 }));
    click_button("Send reset link").await;
    heading("Check your inbox").await;
    is_focused(Heading("Check your inbox")).await;
    is_at("/check-your-inbox").await;
    wait_for_text("jordan@example.com").await;
    assert_eq!(server.hears(ASK, 1).await.body, json!({ "email": "jordan@example.com" }));
}

#[wasm_bindgen_test]
async fn asking_too_soon_is_a_countdown_at_the_inbox_and_no_error() {
    let server = about_to_ask().await;
    server.asks_to_wait(ASK, 25);
    click_button("Send reset link").await;
    heading("Check your inbox").await;
    wait_for_text("0:25").await;
    assert!(!has_alert());
}

#[wasm_bindgen_test]
async fn what_the_server_says_of_the_address_is_said_at_its_field() {
    let server = about_to_ask().await;
    server.refuses_field(ASK, "email", "invalid_email", "For programs");
    click_button("Send reset link").await;
    wait_for_field_error("Email", "name@example.com").await;
    fill("Email", "jordan@example.org").await;
    wait_for_no_field_error().await;
}

#[wasm_bindgen_test]
async fn a_failure_says_what_to_do_and_loses_nothing() {
    let server = about_to_ask().await;
    server.goes_offline(ASK);
    click_button("Send reset link").await;
    wait_for_alert("Check your connection, then try again").await;
    assert_eq!(value("Email").await, "jordan@example.com");
    server.refuses(ASK, 503, "unavailable");
    click_button("Send reset link").await;
    wait_for_alert("Something went wrong on our side").await;
    assert_eq!(value("Email").await, "jordan@example.com");
    server.answers(ASK, 202, &json!({ "resend_after_seconds": 60 }));
    click_button("Send reset link").await;
    heading("Check your inbox").await;
}

#[wasm_bindgen_test]
async fn a_double_click_asks_once() {
    let server = about_to_ask().await;
    server.answers(ASK, 202, &json!({ "resend_after_seconds": 60 }));
    let answer = server.hold(ASK);
    double_click("Send reset link").await;
    wait_for_text("Sending…").await;
    answer.release();
    heading("Check your inbox").await;
    assert_eq!(server.calls(ASK).len(), 1);
}

#[wasm_bindgen_test]
async fn there_is_a_way_back() {
    let _server = about_to_ask().await;
    click_link("Back to log in").await;
    heading("Log in").await;
    back();
    heading("Forgot your password?").await;
}

#[wasm_bindgen_test]
async fn an_answer_does_not_take_anybody_elsewhere_who_has_left() {
    let server = about_to_ask().await;
    server.answers(ASK, 202, &json!({ "resend_after_seconds": 60 }));
    let answer = server.hold(ASK);
    click_button("Send reset link").await;
    wait_for_text("Sending…").await;
    click_link("Back to log in").await;
    heading("Log in").await;
    answer.release();
    server.has_answered(ASK).await;
    heading("Log in").await;
    is_at("/login").await;
}
