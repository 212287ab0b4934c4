//! Reset page with a valid link.

use crate::PASSWORD;
use crate::support::fixtures::inspection;
use crate::support::page::*;
use crate::support::server::{CONFIG, Server, advance, config, in_seconds};
use crate::support::tab::*;
use rekey_wire::config::Config;
use rekey_wire::password::Policy;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

pub(crate) const INSPECT: &str = "POST /api/password-resets/inspect";
pub(crate) const REDEEM: &str = "POST /api/password-resets/redeem";

const LINK: &str = "/reset-password#token=secret-of-the-link";

/// Opens the form of a valid link.
async fn after_following_a_link() -> Server {
    let server = Server::for_visitor();
    server.answers(INSPECT, 200, &inspection(&in_seconds(1800)));
    open(LINK).await;
    get_by_role(Field("New password")).await;
    server
}

#[wasm_bindgen_test]
async fn tok_12_the_secret_leaves_the_address_bar_and_goes_to_the_server_only() {
    let server = after_following_a_link().await;
    heading("Create a new password").await;
    assert_eq!(address(), "/reset-password");
    is_titled("Create a new password · Squaretalk").await;
    wait_for_text("jordan@example.com").await;
    assert!(!text().contains("secret-of-the-link"));
    assert_eq!(server.hears(INSPECT, 1).await.body, json!({ "token": "secret-of-the-link" }));
}

#[wasm_bindgen_test]
async fn a_password_sets_the_account_free_and_ses_07_the_secret_is_forgotten() {
    let server = after_following_a_link().await;
    assert!(session_storage().contains("secret-of-the-link"), "a reload must find it: {}", session_storage());
    server.answers(REDEEM, 200, &json!({ "sessions_ended": 2 }));
    fill("New password", PASSWORD).await;
    click_button("Set new password").await;
    heading("Password changed").await;
    is_focused(Heading("Password changed")).await;
    is_titled("Password changed · Squaretalk").await;
    wait_for_text("links that you were sent are cancelled").await;
    wait_for_text("logged out on 2 devices").await;
    assert_eq!(server.hears(REDEEM, 1).await.body, json!({ "token": "secret-of-the-link", "password": PASSWORD }));
    assert_eq!(session_storage(), "");
    click_link("Log in").await;
    heading("Log in").await;
}

#[wasm_bindgen_test]
async fn a_reload_finds_the_link_again() {
    let server = after_following_a_link().await;
    reload().await;
    get_by_role(Field("New password")).await;
    wait_for_text("jordan@example.com").await;
    assert_eq!(server.calls(INSPECT).len(), 2);
}

#[wasm_bindgen_test]
async fn the_reason_for_a_refusal_names_the_number_asked_for() {
    let server = after_following_a_link().await;
    click_button("Set new password").await;
    wait_for_field_error("New password", "Enter a new password.").await;
    fill("New password", "eleven char").await;
    click_button("Set new password").await;
    wait_for_field_error("New password", "Use at least 15 characters. You have 11.").await;
    fill("New password", &"longer and ".repeat(30)).await;
    wait_for_field_error("New password", "Use at most 256 characters.").await;
    assert!(server.calls(REDEEM).is_empty());
    fill("New password", PASSWORD).await;
    wait_for_no_field_error().await;
}

#[wasm_bindgen_test]
async fn patterns_are_refused_before_anything_is_sent() {
    let server = after_following_a_link().await;
    for (typed, reason) in [("aaaaaaaaaaaaaaaa", "over and over"), ("abcdefghijklmnop", "abcdef"), ("qwertyuiopqwertyuiop", "keyboard")] {
        fill("New password", typed).await;
        click_button("Set new password").await;
        wait_for_field_error("New password", reason).await;
    }
    assert!(server.calls(REDEEM).is_empty());
}

#[wasm_bindgen_test]
async fn what_is_asked_is_answered_as_one_types_and_is_no_fault_yet() {
    let _server = after_following_a_link().await;
    wait_for_text("Not yet: At least 15 characters").await;
    fill("New password", "violet").await;
    wait_for_text("Not yet: At least 15 characters").await;
    wait_for_text("Done: No simple pattern").await;
    assert!(!is_refused("New password").await);
    fill("New password", PASSWORD).await;
    wait_for_text("Done: At least 15 characters").await;
    let field = get_by_label("New password").await;
    assert!(description(&field).contains("At least 15 characters"), "it is read out with the field");
}

#[wasm_bindgen_test]
async fn the_length_is_the_one_that_the_server_asks_for() {
    let server = Server::for_visitor();
    server.answers(CONFIG, 200, &Config { password: Policy { min_length: 9, max_length: 20 }, ..config() });
    server.answers(INSPECT, 200, &inspection(&in_seconds(1800)));
    open(LINK).await;
    wait_for_text("Not yet: At least 9 characters").await;
    fill("New password", "sea horse").await;
    wait_for_text("Done: At least 9 characters").await;
}

#[wasm_bindgen_test]
async fn length_is_counted_as_the_server_counts_it() {
    let _server = after_following_a_link().await;
    // Fourteen visible letters, seventeen code points with separate accents.
    fill("New password", "e\u{301}te\u{301} a\u{300} la plage").await;
    wait_for_text("Not yet: At least 15 characters").await;
    fill("New password", "e\u{301}te\u{301} a\u{300} la plages").await;
    wait_for_text("Done: At least 15 characters").await;
}

#[wasm_bindgen_test]
async fn a_password_that_only_the_server_refuses_stays_in_its_field_with_the_reason() {
    let server = after_following_a_link().await;
    server.refuses_field(REDEEM, "password", "common", "For programs");
    fill("New password", "correct horse battery staple").await;
    click_button("Set new password").await;
    wait_for_field_error("New password", "list of common or leaked ones").await;
    assert_eq!(value("New password").await, "correct horse battery staple");
    server.answers(REDEEM, 200, &json!({ "sessions_ended": 0 }));
    fill("New password", PASSWORD).await;
    click_button("Set new password").await;
    heading("Password changed").await;
}

#[wasm_bindgen_test]
async fn a_failure_says_what_to_do_and_loses_nothing() {
    let server = after_following_a_link().await;
    fill("New password", PASSWORD).await;
    server.goes_offline(REDEEM);
    click_button("Set new password").await;
    wait_for_alert("Check your connection, then try again").await;
    assert_eq!(value("New password").await, PASSWORD);
    server.refuses(REDEEM, 500, "internal");
    click_button("Set new password").await;
    wait_for_alert("Something went wrong on our side").await;
    assert_eq!(value("New password").await, PASSWORD);
    heading("Create a new password").await;
}

#[wasm_bindgen_test]
async fn a_double_click_sets_it_once() {
    let server = after_following_a_link().await;
    server.answers(REDEEM, 200, &json!({ "sessions_ended": 0 }));
    let answer = server.hold(REDEEM);
    fill("New password", PASSWORD).await;
    double_click("Set new password").await;
    wait_for_text("Saving…").await;
    answer.release();
    heading("Password changed").await;
    assert_eq!(server.calls(REDEEM).len(), 1);
}

#[wasm_bindgen_test]
async fn pwd_08_the_password_can_be_shown_and_managers_find_account_and_field() {
    let _server = after_following_a_link().await;
    let new = get_by_label("New password").await;
    assert_eq!(new.get_attribute("autocomplete").as_deref(), Some("new-password"));
    let form = new.form().expect("the field is in a form");
    let username = form.query_selector("[autocomplete=username]").expect("a selector").expect("the form holds the username");
    assert_eq!(username.get_attribute("value").as_deref(), Some("jordan@example.com"));
    fill("New password", PASSWORD).await;
    click_button("Show password").await;
    get_by_role(Button("Hide password")).await;
    assert_eq!((get_by_label("New password").await.type_(), value("New password").await), ("text".into(), PASSWORD.into()));
}

#[wasm_bindgen_test]
async fn a_link_that_expires_while_its_page_is_open_ends_in_the_expired_screen() {
    let server = after_following_a_link().await;
    fill("New password", "half a pass").await;
    advance(1799);
    server.refuses(INSPECT, 410, "link_expired");
    heading("Create a new password").await;
    advance(3);
    heading("This link has expired").await;
    is_titled("This link has expired · Squaretalk").await;
}

#[wasm_bindgen_test]
async fn a_moment_without_network_takes_no_working_link_away() {
    let server = after_following_a_link().await;
    fill("New password", PASSWORD).await;
    server.goes_offline(INSPECT);
    advance(1802);
    server.hears(INSPECT, 2).await;
    server.has_answered(INSPECT).await;
    assert_eq!(value("New password").await, PASSWORD);
    heading("Create a new password").await;
}
