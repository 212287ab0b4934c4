//! Admin resets: the users table, the reset button, and invalid addresses.

use rekey_e2e::{Page, TestApp};

use crate::{NEW_PASSWORD, subject};

/// Imported users: one valid, one without an address, one with a typo in it.
const PEOPLE: &str = "name,email\nJordan Lee,jordan@example.com\nSam Ortiz,\nMaya Patel,maya@example\n";

/// An app with an admin logged in at the users table.
fn at_the_users_table() -> (TestApp, Page) {
    let app = TestApp::start();
    app.import(PEOPLE);
    let admin = app.admin("Alex Kim", "alex@example.com");
    let page = app.logged_in(&admin);
    page.heading("Users");
    (app, page)
}

#[test]
fn an_admin_resets_a_user_from_the_table_and_the_user_gets_in() {
    let (app, admin) = at_the_users_table();
    admin.fill("Search users", "jordan");
    admin.wait_until_gone("button", "Reset password for Alex Kim");
    admin.click_button("Reset password for Jordan Lee");
    admin.heading("Reset password for Jordan Lee?");
    admin.get_by_role_with_text("dialog", "jordan@example.com");
    admin.click_button("Send reset link");
    admin.get_by_role_with_text("status", "Reset link sent to jordan@example.com. Let Jordan Lee know to check their inbox.");
    admin.wait_until_gone("heading", "Reset password for Jordan Lee?");
    admin.get_by_role_with_text("row", "Jordan Lee").wait_for_text("Sent");

    let mail = app.mail(1, "jordan@example.com", subject::RESET);
    let jordan = app.browser.new_context();
    jordan.goto(&mail.reset_link());
    jordan.heading("Create a new password");
    // The table updates by itself, without affecting the search field.
    admin.get_by_role_with_text("row", "Opened");
    jordan.fill("New password", NEW_PASSWORD);
    jordan.click_button("Set new password");
    jordan.heading("Password changed");
    admin.get_by_role_with_text("row", "Password changed");
    assert_eq!(admin.get_by_label("Search users").value(), "jordan");

    jordan.click_link("Log in");
    jordan.fill("Email", "jordan@example.com");
    jordan.fill("Password", NEW_PASSWORD);
    jordan.click_button("Log in");
    jordan.heading("Your account");
    assert_eq!(admin.console_errors(), Vec::<String>::new());
}

#[test]
fn cancelling_the_dialog_sends_nothing_and_gives_the_focus_back() {
    let (app, admin) = at_the_users_table();
    admin.click_button("Reset password for Jordan Lee");
    admin.heading("Reset password for Jordan Lee?");
    admin.click_button("Cancel");
    admin.wait_until_gone("heading", "Reset password for Jordan Lee?");
    admin.get_by_role("button", "Reset password for Jordan Lee").wait_focused();
    admin.click_button("Reset password for Jordan Lee");
    admin.heading("Reset password for Jordan Lee?");
    admin.press_key("Escape");
    admin.wait_until_gone("heading", "Reset password for Jordan Lee?");
    assert_eq!(app.mail_count("jordan@example.com", subject::RESET), 0);
}

#[test]
fn a_user_without_an_address_gets_one_and_can_then_be_reset() {
    let (app, admin) = at_the_users_table();
    assert!(!admin.is_present("button", "Reset password for Sam Ortiz"));
    admin.click_button("Add email for Sam Ortiz");
    admin.heading("Add email for Sam Ortiz");
    admin.fill("Email", "sam@");
    admin.click_button("Save");
    admin.wait_for("document.querySelector('dialog [aria-invalid=true]') !== null");
    admin.fill("Email", "sam@example.com");
    admin.click_button("Save");
    admin.wait_until_gone("heading", "Add email for Sam Ortiz");
    admin.click_button("Reset password for Sam Ortiz");
    admin.click_button("Send reset link");
    let _ = app.mail(1, "sam@example.com", subject::RESET);
}

#[test]
fn an_address_with_a_typo_is_fixed_in_place() {
    let (app, admin) = at_the_users_table();
    admin.click_button("Fix email for Maya Patel");
    admin.heading("Fix email for Maya Patel");
    assert_eq!(admin.get_by_label("Email").value(), "maya@example");
    admin.fill("Email", "jordan@example.com");
    admin.click_button("Save");
    admin.wait_for("document.querySelector('dialog [aria-invalid=true], dialog [role=alert]') !== null");
    admin.fill("Email", "maya@example.com");
    admin.click_button("Save");
    admin.click_button("Reset password for Maya Patel");
    admin.click_button("Send reset link");
    let _ = app.mail(1, "maya@example.com", subject::RESET);
}

#[test]
fn an_address_the_mail_server_refuses_is_shown_as_such() {
    let (app, admin) = at_the_users_table();
    app.smtp.reject_address("jordan@example.com");
    admin.click_button("Reset password for Jordan Lee");
    admin.click_button("Send reset link");
    admin.get_by_role_with_text("row", "Could not be delivered");
    assert_eq!(app.mail_count("jordan@example.com", subject::RESET), 0);
}

#[test]
fn the_filter_shows_who_has_no_valid_address() {
    let (_app, admin) = at_the_users_table();
    admin.evaluate(
        "[...document.querySelectorAll('label, button, a')].find(thing => thing.innerText.trim().startsWith('No valid email')).click()",
    );
    admin.wait_until_gone("button", "Reset password for Jordan Lee");
    admin.get_by_role("button", "Add email for Sam Ortiz");
    admin.get_by_role("button", "Fix email for Maya Patel");
}
