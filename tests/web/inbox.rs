//! "Check your inbox" and requesting another link.

use crate::support::page::*;
use crate::support::server::{Server, advance};
use crate::support::tab::*;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

const ASK: &str = "POST /api/password-resets";

/// Opens the inbox screen after a request, with a cooldown of a minute.
async fn after_asking() -> Server {
    let server = Server::for_visitor();
    server.answers(ASK, 202, &json!({ "resend_after_seconds": 60 }));
    open("/forgot-password").await;
    fill("Email", "jordan@example.com").await;
    click_button("Send reset link").await;
    heading("Check your inbox").await;
    server
}

#[wasm_bindgen_test]
async fn opened_cold_it_leads_to_where_one_asks() {
    let _server = Server::for_visitor();
    open("/check-your-inbox").await;
    heading("Forgot your password?").await;
    is_at("/forgot-password").await;
}

#[wasm_bindgen_test]
async fn it_says_what_to_look_for_and_how_long_the_link_lives() {
    let _server = after_asking().await;
    wait_for_text("jordan@example.com").await;
    wait_for_text("“Reset your Squaretalk password”").await;
    wait_for_text("The link works for 30 minutes.").await;
    wait_for_text("spam").await;
}

#[wasm_bindgen_test]
async fn another_link_can_be_asked_for_when_the_countdown_is_over() {
    let server = after_asking().await;
    becomes_disabled(Button("Send again"), true).await;
    wait_for_text("You can send again in 1:00.").await;
    wait_for_text("You can send again in 60 seconds.").await;
    advance(59);
    wait_for_text("You can send again in 0:01.").await;
    becomes_disabled(Button("Send again"), true).await;
    advance(1);
    wait_for_text("You can send again now.").await;
    click_button("Send again").await;
    wait_for_status("Only the newest one works").await;
    assert_eq!(server.hears(ASK, 2).await.body, json!({ "email": "jordan@example.com" }));
    becomes_disabled(Button("Send again"), true).await;
    wait_for_text("1:00").await;
}

#[wasm_bindgen_test]
async fn a_reload_keeps_address_and_countdown() {
    let server = after_asking().await;
    advance(20);
    wait_for_text("0:40").await;
    reload().await;
    heading("Check your inbox").await;
    wait_for_text("jordan@example.com").await;
    wait_for_text("0:40").await;
    becomes_disabled(Button("Send again"), true).await;
    assert_eq!(server.calls(ASK).len(), 1, "a reload asks for nothing");
}

#[wasm_bindgen_test]
async fn asking_again_too_soon_is_a_countdown_and_no_error() {
    let server = after_asking().await;
    advance(60);
    server.asks_to_wait(ASK, 30);
    click_button("Send again").await;
    wait_for_text("0:30").await;
    becomes_disabled(Button("Send again"), true).await;
    assert!(!has_alert());
    reload().await;
    wait_for_text("0:30").await;
}

#[wasm_bindgen_test]
async fn a_failure_says_what_to_do_and_can_be_tried_again() {
    let server = after_asking().await;
    advance(60);
    server.goes_offline(ASK);
    click_button("Send again").await;
    wait_for_alert("try again").await;
    server.answers(ASK, 202, &json!({ "resend_after_seconds": 60 }));
    click_button("Send again").await;
    wait_for_status("on its way").await;
    assert!(!has_alert());
}

#[wasm_bindgen_test]
async fn a_double_click_sends_once() {
    let server = after_asking().await;
    advance(60);
    becomes_disabled(Button("Send again"), false).await;
    let answer = server.hold(ASK);
    double_click("Send again").await;
    becomes_disabled(Button("Send again"), true).await;
    answer.release();
    wait_for_status("on its way").await;
    assert_eq!(server.calls(ASK).len(), 2, "the first one, and one more");
}

#[wasm_bindgen_test]
async fn another_address_can_be_used() {
    let server = after_asking().await;
    click_link("Use another address").await;
    heading("Forgot your password?").await;
    fill("Email", "sam@example.com").await;
    click_button("Send reset link").await;
    heading("Check your inbox").await;
    wait_for_text("sam@example.com").await;
    assert_eq!(server.hears(ASK, 2).await.body, json!({ "email": "sam@example.com" }));
}
