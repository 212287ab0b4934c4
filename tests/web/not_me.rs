//! "This wasn't me", from the mail.

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
    find(Button("Cancel this reset")).await;
    assert!(server.calls(REPORT).is_empty());
    server.does(REPORT);
    press("Cancel this reset").await;
    status("The reset is cancelled").await;
    status("Your password has not changed").await;
    gone(Button("Cancel this reset")).await;
    assert_eq!(server.hears(REPORT, 1).await.body, json!({ "token": "secret-of-the-link" }));
    assert_eq!(kept(), "", "the secret is used");
}

#[wasm_bindgen_test]
async fn a_failure_says_what_to_do_and_can_be_tried_again() {
    let server = after_following_the_link().await;
    server.is_out_of_reach(REPORT);
    press("Cancel this reset").await;
    alert("Check your connection, then try again").await;
    server.refuses(REPORT, 410, "link_invalid");
    press("Cancel this reset").await;
    alert("This link is not valid").await;
    server.does(REPORT);
    press("Cancel this reset").await;
    status("The reset is cancelled").await;
}

#[wasm_bindgen_test]
async fn a_double_click_reports_once() {
    let server = after_following_the_link().await;
    server.does(REPORT);
    let answer = server.holds(REPORT);
    press_twice("Cancel this reset").await;
    says("Cancelling…").await;
    answer.arrives();
    status("The reset is cancelled").await;
    assert_eq!(server.calls(REPORT).len(), 1);
}

#[wasm_bindgen_test]
async fn without_a_token_there_is_nothing_to_cancel() {
    let _server = Server::for_visitor();
    open("/not-me").await;
    heading("Wasn't you?").await;
    alert("This link is not valid").await;
    assert!(!has(Button("Cancel this reset")));
}
