//! When the network or the server is away.

use rekey_e2e::Stage;

use crate::subject;

#[test]
fn a_failed_request_is_explained_and_nothing_typed_is_lost() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.visit("/forgot-password");
    page.heading("Forgot your password?");
    page.fill("Email", &jordan.email);
    page.offline(true);
    page.press("Send reset link");
    page.until("[...document.querySelectorAll('[role=alert]')].some(alert => alert.innerText.trim() !== '')");
    assert_eq!(page.field("Email").value(), jordan.email);
    page.offline(false);
    page.press("Send reset link");
    page.heading("Check your inbox");
    let _ = stage.mail.letter(1, &jordan.email, subject::RESET);
}

#[test]
fn an_api_out_of_reach_at_the_start_is_explained_and_can_be_tried_again() {
    let stage = Stage::set();
    let page = stage.browser.device();
    page.block(&["*/api/*"]);
    page.goto(&stage.url("/login"));
    page.find("button", "Try again");
    page.block(&[]);
    page.press("Try again");
    page.heading("Log in");
    page.field("Email");
}
