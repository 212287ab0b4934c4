//! One's own account.

use rekey_e2e::Stage;

use crate::{NEW_PASSWORD, subject};

#[test]
fn a_changed_password_is_the_one_that_works_and_its_owner_is_told() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.logged_in(&jordan);
    page.heading("Your account");
    page.find_saying("main", &jordan.email);
    page.follow("Change password");
    page.heading("Change password");
    page.fill("Current password", "not the one I have, is it");
    page.fill("New password", NEW_PASSWORD);
    page.press("Change password");
    page.until("document.querySelector('[aria-invalid=true]') !== null");
    assert!(!page.field("Current password").description().trim().is_empty());
    page.fill("Current password", &jordan.password);
    page.press("Change password");
    let _ = stage.mail.letter(1, &jordan.email, subject::CHANGED);

    let page = stage.visit("/login");
    page.fill("Email", &jordan.email);
    page.fill("Password", &jordan.password);
    page.press("Log in");
    page.find_saying("alert", "password");
    page.fill("Password", NEW_PASSWORD);
    page.press("Log in");
    page.heading("Your account");
}

#[test]
fn an_agent_cannot_open_the_settings_and_is_led_to_the_account() {
    let stage = Stage::set();
    let page = stage.logged_in(&stage.agent("Jordan Lee", "jordan@example.com"));
    page.heading("Your account");
    page.goto(&stage.url("/settings/users"));
    page.heading("You can't open this page");
    page.until("document.querySelector('main a[href$=\"/account\"]') !== null");
}

#[test]
fn an_unknown_path_says_so_and_leads_home() {
    let stage = Stage::set();
    let page = stage.visit("/no/such/page");
    page.heading("Page not found");
    page.until("document.title === 'Page not found · Squaretalk'");
    page.until("document.querySelector('main a[href=\"/\"]') !== null");
}
