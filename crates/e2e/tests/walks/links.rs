//! Mailed links: what they survive, and how each kind of invalid link is explained.

use rekey_e2e::{TestApp, User};

use crate::{NEW_PASSWORD, subject};

/// Requests a link on the page, and returns the `nth` one mailed to the user.
fn mailed_link(app: &TestApp, user: &User, nth: usize) -> String {
    let page = app.visit("/forgot-password");
    page.fill("Email", &user.email);
    page.click_button("Send reset link");
    page.heading("Check your inbox");
    app.mail(nth, &user.email, subject::RESET).reset_link()
}

#[test]
fn a_reload_finds_the_token_again_and_another_tab_does_not() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.browser.new_context();
    page.goto(&mailed_link(&app, &jordan, 1));
    page.heading("Create a new password");
    assert_eq!(page.url(), app.url("/reset-password"));
    page.reload();
    page.heading("Create a new password");
    assert_eq!(page.evaluate("localStorage.length"), 0, "other tabs could read it there");
    let tab = page.new_tab();
    tab.goto(&app.url("/reset-password"));
    tab.heading("This link is not valid");
}

#[test]
fn an_expired_link_offers_a_new_one_which_works() {
    let app = TestApp::start_with(&[("REKEY_LINK_TTL", "2s"), ("REKEY_RESEND_COOLDOWN", "0s")]);
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.browser.new_context();
    page.goto(&mailed_link(&app, &jordan, 1));
    // Valid or expired already: either way the page shows the expiry by itself.
    page.heading("This link has expired");
    page.click_button("Send me a new link");
    page.heading("Check your inbox");
    let fresh = app.mail(2, &jordan.email, subject::RESET).reset_link();
    let answer = app.post("/api/password-resets/redeem", &serde_json::json!({ "token": token(&fresh), "password": NEW_PASSWORD }));
    assert_eq!(answer.0, 200, "{}", answer.1);
}

#[test]
fn a_used_link_says_so_and_offers_a_new_one() {
    let app = TestApp::start_with(&[("REKEY_RESEND_COOLDOWN", "0s")]);
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let link = mailed_link(&app, &jordan, 1);
    let page = app.browser.new_context();
    page.goto(&link);
    page.heading("Create a new password");
    page.fill("New password", NEW_PASSWORD);
    page.click_button("Set new password");
    page.heading("Password changed");

    let later = app.browser.new_context();
    later.goto(&link);
    later.heading("This link has already been used");
    later.click_button("Send me a new link");
    later.heading("Check your inbox");
    later.goto(&app.mail(2, &jordan.email, subject::RESET).reset_link());
    later.heading("Create a new password");
}

#[test]
fn what_was_never_a_link_says_so_and_leads_to_the_form() {
    let app = TestApp::start();
    for address in ["/reset-password", "/reset-password#token=", "/reset-password#token=not-a-token"] {
        let page = app.visit(address);
        page.heading("This link is not valid");
        page.click_link("Request a new link");
        page.heading("Forgot your password?");
    }
}

#[test]
fn a_refused_password_names_the_number_and_leaves_the_link_alive() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.browser.new_context();
    page.goto(&mailed_link(&app, &jordan, 1));
    page.heading("Create a new password");
    page.fill("New password", "too short");
    page.click_button("Set new password");
    page.wait_for("document.querySelector('[aria-invalid=true]') !== null");
    assert!(page.get_by_label("New password").description().contains("15"));
    page.click_button("Show password");
    page.get_by_role("button", "Hide password");
    assert_eq!(page.get_by_label("New password").value(), "too short");
    page.fill("New password", NEW_PASSWORD);
    page.click_button("Set new password");
    page.heading("Password changed");
}

fn token(link: &str) -> &str {
    link.split_once("#token=").map_or("", |(_, token)| token)
}
