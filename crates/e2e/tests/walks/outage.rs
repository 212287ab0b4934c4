//! Outages of the network or the server.

use rekey_e2e::TestApp;

use crate::subject;

#[test]
fn a_failed_request_is_explained_and_nothing_typed_is_lost() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.visit("/forgot-password");
    page.heading("Forgot your password?");
    page.fill("Email", &jordan.email);
    page.offline(true);
    page.click_button("Send reset link");
    page.wait_for("[...document.querySelectorAll('[role=alert]')].some(alert => alert.innerText.trim() !== '')");
    assert_eq!(page.get_by_label("Email").value(), jordan.email);
    page.offline(false);
    page.click_button("Send reset link");
    page.heading("Check your inbox");
    let _ = app.mail(1, &jordan.email, subject::RESET);
}

#[test]
fn an_api_out_of_reach_at_the_start_is_explained_and_can_be_tried_again() {
    let app = TestApp::start();
    let page = app.browser.new_context();
    page.block(&["*/api/*"]);
    page.goto(&app.url("/login"));
    page.get_by_role("button", "Try again");
    page.block(&[]);
    page.click_button("Try again");
    page.heading("Log in");
    page.get_by_label("Email");
}
