//! The admin's side: the users table, the reset icon, and addresses that are in the way.

use rekey_e2e::{Page, Stage};

use crate::{NEW_PASSWORD, subject};

/// People as an import brings them: one is fine, one has no address, one has a typo in it.
const PEOPLE: &str = "name,email\nJordan Lee,jordan@example.com\nSam Ortiz,\nMaya Patel,maya@example\n";

/// A stage with an admin logged in at the users table.
fn at_the_users_table() -> (Stage, Page) {
    let stage = Stage::set();
    stage.import(PEOPLE);
    let admin = stage.admin("Alex Kim", "alex@example.com");
    let page = stage.logged_in(&admin);
    page.heading("Users");
    (stage, page)
}

#[test]
fn an_admin_resets_a_user_from_the_table_and_the_user_gets_in() {
    let (stage, admin) = at_the_users_table();
    admin.fill("Search users", "jordan");
    admin.gone("button", "Reset password for Alex Kim");
    admin.press("Reset password for Jordan Lee");
    admin.heading("Reset password for Jordan Lee?");
    admin.find_saying("dialog", "jordan@example.com");
    admin.press("Send reset link");
    admin.find_saying("status", "Reset link sent to jordan@example.com. Let Jordan Lee know to check their inbox.");
    admin.gone("heading", "Reset password for Jordan Lee?");
    admin.find_saying("row", "Jordan Lee").wait_saying("Sent");

    let mail = stage.mail.letter(1, "jordan@example.com", subject::RESET);
    let jordan = stage.browser.device();
    jordan.goto(&mail.reset_link());
    jordan.heading("Create a new password");
    // The table follows by itself, and what stands in the search field is not disturbed.
    admin.find_saying("row", "Opened");
    jordan.fill("New password", NEW_PASSWORD);
    jordan.press("Set new password");
    jordan.heading("Password changed");
    admin.find_saying("row", "Password changed");
    assert_eq!(admin.field("Search users").value(), "jordan");

    jordan.follow("Log in");
    jordan.fill("Email", "jordan@example.com");
    jordan.fill("Password", NEW_PASSWORD);
    jordan.press("Log in");
    jordan.heading("Your account");
    assert_eq!(admin.complaints(), Vec::<String>::new());
}

#[test]
fn cancelling_the_dialog_sends_nothing_and_gives_the_focus_back() {
    let (stage, admin) = at_the_users_table();
    admin.press("Reset password for Jordan Lee");
    admin.heading("Reset password for Jordan Lee?");
    admin.press("Cancel");
    admin.gone("heading", "Reset password for Jordan Lee?");
    admin.find("button", "Reset password for Jordan Lee").wait_focused();
    admin.press("Reset password for Jordan Lee");
    admin.heading("Reset password for Jordan Lee?");
    admin.key("Escape");
    admin.gone("heading", "Reset password for Jordan Lee?");
    assert_eq!(stage.mail.count("jordan@example.com", subject::RESET), 0);
}

#[test]
fn a_user_without_an_address_gets_one_and_can_then_be_reset() {
    let (stage, admin) = at_the_users_table();
    assert!(!admin.has("button", "Reset password for Sam Ortiz"));
    admin.press("Add email for Sam Ortiz");
    admin.heading("Add email for Sam Ortiz");
    admin.fill("Email", "sam@");
    admin.press("Save");
    admin.until("document.querySelector('dialog [aria-invalid=true]') !== null");
    admin.fill("Email", "sam@example.com");
    admin.press("Save");
    admin.gone("heading", "Add email for Sam Ortiz");
    admin.press("Reset password for Sam Ortiz");
    admin.press("Send reset link");
    let _ = stage.mail.letter(1, "sam@example.com", subject::RESET);
}

#[test]
fn an_address_with_a_typo_is_fixed_in_place() {
    let (stage, admin) = at_the_users_table();
    admin.press("Fix email for Maya Patel");
    admin.heading("Fix email for Maya Patel");
    assert_eq!(admin.field("Email").value(), "maya@example");
    admin.fill("Email", "jordan@example.com");
    admin.press("Save");
    admin.until("document.querySelector('dialog [aria-invalid=true], dialog [role=alert]') !== null");
    admin.fill("Email", "maya@example.com");
    admin.press("Save");
    admin.press("Reset password for Maya Patel");
    admin.press("Send reset link");
    let _ = stage.mail.letter(1, "maya@example.com", subject::RESET);
}

#[test]
fn an_address_the_mail_server_refuses_is_shown_as_such() {
    let (stage, admin) = at_the_users_table();
    stage.mail.refuse("jordan@example.com");
    admin.press("Reset password for Jordan Lee");
    admin.press("Send reset link");
    admin.find_saying("row", "Could not be delivered");
    assert_eq!(stage.mail.count("jordan@example.com", subject::RESET), 0);
}

#[test]
fn the_filter_shows_who_has_no_valid_address() {
    let (_stage, admin) = at_the_users_table();
    admin.evaluate(
        "[...document.querySelectorAll('label, button, a')].find(thing => thing.innerText.trim().startsWith('No valid email')).click()",
    );
    admin.gone("button", "Reset password for Jordan Lee");
    admin.find("button", "Add email for Sam Ortiz");
    admin.find("button", "Fix email for Maya Patel");
}
