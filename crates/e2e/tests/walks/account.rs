//! Account of the signed-in user.

use rekey_e2e::TestApp;

use crate::{NEW_PASSWORD, subject};

#[test]
fn a_changed_password_is_the_one_that_works_and_its_owner_is_told() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.logged_in(&jordan);
    page.heading("Your account");
    page.get_by_role_with_text("main", &jordan.email);
    page.click_link("Change password");
    page.heading("Change password");
    page.fill("Current password", "not the one I have, is it");
    page.fill("New password", NEW_PASSWORD);
    page.click_button("Change password");
    page.wait_for("document.querySelector('[aria-invalid=true]') !== null");
    assert!(!page.get_by_label("Current password").description().trim().is_empty());
    page.fill("Current password", &jordan.password);
    page.click_button("Change password");
    let _ = app.mail(1, &jordan.email, subject::CHANGED);

    let page = app.visit("/login");
    page.fill("Email", &jordan.email);
    page.fill("Password", &jordan.password);
    page.click_button("Log in");
    page.get_by_role_with_text("alert", "password");
    page.fill("Password", NEW_PASSWORD);
    page.click_button("Log in");
    page.heading("Your account");
}

#[test]
fn an_agent_cannot_open_the_settings_and_is_led_to_the_account() {
    let app = TestApp::start();
    let page = app.logged_in(&app.agent("Jordan Lee", "jordan@example.com"));
    page.heading("Your account");
    page.goto(&app.url("/settings/users"));
    page.heading("You can't open this page");
    page.wait_for("document.querySelector('main a[href$=\"/account\"]') !== null");
}

#[test]
fn an_unknown_path_says_so_and_leads_home() {
    let app = TestApp::start();
    let page = app.visit("/no/such/page");
    page.heading("Page not found");
    page.wait_for("document.title === 'Page not found · Squaretalk'");
    page.wait_for("document.querySelector('main a[href=\"/\"]') !== null");
}
