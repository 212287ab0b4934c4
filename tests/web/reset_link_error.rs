//! Reset page with an invalid link, or one whose validity is unknown.

use crate::PASSWORD;
use crate::reset::{INSPECT, REDEEM};
use crate::support::fixtures::inspection;
use crate::support::page::*;
use crate::support::server::{Server, advance, in_seconds};
use crate::support::tab::*;
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;

const RENEW: &str = "POST /api/password-resets/renew";
const LINK: &str = "/reset-password#token=secret-of-the-link";

/// Opens the page of an invalid link.
async fn after_following_a_dead_link(code: &str, name: &str) -> Server {
    let server = Server::for_visitor();
    server.refuses(INSPECT, 410, code);
    open(LINK).await;
    heading(name).await;
    is_titled(&[name, " · Squaretalk"].concat()).await;
    server
}

#[wasm_bindgen_test]
async fn an_expired_or_used_link_is_renewed_without_typing_anything() {
    for (code, name) in [("link_expired", "This link has expired"), ("link_used", "This link has already been used")] {
        let server = after_following_a_dead_link(code, name).await;
        assert!(!is_present(Link("Request a new link")));
        server.answers(RENEW, 202, &json!({ "resend_after_seconds": 60 }));
        click_button("Send me a new link").await;
        heading("Check your inbox").await;
        is_at("/check-your-inbox").await;
        wait_for_text("the address that the old one was sent to").await;
        wait_for_text("1:00").await;
        assert_eq!(server.hears(RENEW, 1).await.body, json!({ "token": "secret-of-the-link" }));

        advance(60);
        click_button("Send again").await;
        assert_eq!(server.hears(RENEW, 2).await.body, json!({ "token": "secret-of-the-link" }));
    }
}

#[wasm_bindgen_test]
async fn a_cancelled_or_unknown_link_leads_to_where_one_asks() {
    for (code, name) in [("link_cancelled", "This link was cancelled"), ("link_invalid", "This link is not valid")] {
        let _server = after_following_a_dead_link(code, name).await;
        assert!(!is_present(Button("Send me a new link")));
        click_link("Request a new link").await;
        heading("Forgot your password?").await;
    }
}

#[wasm_bindgen_test]
async fn without_a_token_it_is_no_link() {
    for address in ["/reset-password", "/reset-password#token=", "/reset-password#other"] {
        let server = Server::for_visitor();
        open(address).await;
        heading("This link is not valid").await;
        get_by_role(Link("Request a new link")).await;
        assert!(server.calls(INSPECT).is_empty());
    }
}

#[wasm_bindgen_test]
async fn renewing_too_soon_is_a_countdown_at_the_inbox() {
    let server = after_following_a_dead_link("link_expired", "This link has expired").await;
    server.asks_to_wait(RENEW, 17);
    click_button("Send me a new link").await;
    heading("Check your inbox").await;
    wait_for_text("0:17").await;
    assert!(!has_alert());
}

#[wasm_bindgen_test]
async fn a_link_that_was_cancelled_meanwhile_says_so() {
    let server = after_following_a_dead_link("link_expired", "This link has expired").await;
    server.refuses(RENEW, 410, "link_cancelled");
    click_button("Send me a new link").await;
    heading("This link was cancelled").await;
}

#[wasm_bindgen_test]
async fn a_failed_renewal_says_what_to_do_and_a_double_click_renews_once() {
    let server = after_following_a_dead_link("link_used", "This link has already been used").await;
    server.goes_offline(RENEW);
    click_button("Send me a new link").await;
    wait_for_alert("Check your connection, then try again").await;
    server.answers(RENEW, 202, &json!({ "resend_after_seconds": 60 }));
    let answer = server.hold(RENEW);
    double_click("Send me a new link").await;
    wait_for_text("Sending…").await;
    answer.release();
    heading("Check your inbox").await;
    assert_eq!(server.calls(RENEW).len(), 2, "the failed one, and one more");
}

#[wasm_bindgen_test]
async fn a_link_that_died_while_the_password_was_typed_says_why() {
    for (code, name) in [("link_expired", "This link has expired"), ("link_cancelled", "This link was cancelled")] {
        let server = Server::for_visitor();
        server.answers(INSPECT, 200, &inspection(&in_seconds(1800)));
        open(LINK).await;
        fill("New password", PASSWORD).await;
        server.refuses(REDEEM, 410, code);
        click_button("Set new password").await;
        heading(name).await;
        is_focused(Heading(name)).await;
    }
}

#[wasm_bindgen_test]
async fn another_link_opened_in_the_same_tab_counts() {
    let server = after_following_a_dead_link("link_cancelled", "This link was cancelled").await;
    server.answers(INSPECT, 200, &inspection(&in_seconds(1800)));
    open_in_this_tab("#token=a-newer-secret");
    get_by_role(Field("New password")).await;
    wait_for_text("jordan@example.com").await;
    assert_eq!(server.hears(INSPECT, 2).await.body, json!({ "token": "a-newer-secret" }));
    is_at("/reset-password").await;
}

#[wasm_bindgen_test]
async fn a_server_that_cannot_say_is_asked_again() {
    let server = Server::for_visitor();
    server.goes_offline(INSPECT);
    open(LINK).await;
    wait_for_alert("Check your connection, then try again").await;
    server.answers(INSPECT, 200, &inspection(&in_seconds(1800)));
    click_button("Try again").await;
    get_by_role(Field("New password")).await;
}

#[wasm_bindgen_test]
async fn an_answer_does_not_take_anybody_elsewhere_who_has_left() {
    let server = after_following_a_dead_link("link_expired", "This link has expired").await;
    server.answers(RENEW, 202, &json!({ "resend_after_seconds": 60 }));
    let answer = server.hold(RENEW);
    click_button("Send me a new link").await;
    wait_for_text("Sending…").await;
    click_link("Back to log in").await;
    heading("Log in").await;
    answer.release();
    server.has_answered(RENEW).await;
    heading("Log in").await;
    is_at("/login").await;
}
