//! "This wasn't me" page.

use crate::support::page::*;
use crate::support::server::Server;
use crate::support::tab::*;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

const REPORT: &str = "POST /api/password-resets/report";

async fn after_following_the_link() -> Server {
    let server = Server::for_visitor();
    open("/not-me#token=secret-of-the-link").await;
    heading("Wasn't you?").await;
    is_titled("Wasn't you? · Squaretalk").await;
    assert_eq!(address(), "/not-me");
    server
}

#[wasm_bindgen_test]
async fn opening_the_link_cancels_nothing_and_the_button_does() {
    let server = after_following_the_link().await;
    get_by_role(Button("Cancel this reset")).await;
    assert!(server.calls(REPORT).is_empty());
    server.answers_no_content(REPORT);
    click_button("Cancel this reset").await;
    wait_for_status("The reset is cancelled").await;
    wait_for_status("Your password has not changed").await;
    wait_until_gone(Button("Cancel this reset")).await;
    assert_eq!(server.hears(REPORT, 1).await.body, json!({ "token": "secret-of-the-link" }));
    assert_eq!(session_storage(), "", "the secret is used");
}

#[wasm_bindgen_test]
async fn a_failure_says_what_to_do_and_can_be_tried_again() {
    let server = after_following_the_link().await;
    server.goes_offline(REPORT);
    click_button("Cancel this reset").await;
    wait_for_alert("Check your connection, then try again").await;
    server.refuses(REPORT, 410, "link_invalid");
    click_button("Cancel this reset").await;
    wait_for_alert("This link is not valid").await;
    server.answers_no_content(REPORT);
    click_button("Cancel this reset").await;
    wait_for_status("The reset is cancelled").await;
}

#[wasm_bindgen_test]
async fn a_double_click_reports_once() {
    let server = after_following_the_link().await;
    server.answers_no_content(REPORT);
    let answer = server.hold(REPORT);
    double_click("Cancel this reset").await;
    wait_for_text("Cancelling…").await;
    answer.release();
    wait_for_status("The reset is cancelled").await;
    assert_eq!(server.calls(REPORT).len(), 1);
}

#[wasm_bindgen_test]
async fn without_a_token_there_is_nothing_to_cancel() {
    let _server = Server::for_visitor();
    open("/not-me").await;
    heading("Wasn't you?").await;
    wait_for_alert("This link is not valid").await;
    assert!(!is_present(Button("Cancel this reset")));
}
