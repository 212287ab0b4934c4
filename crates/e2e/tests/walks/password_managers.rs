//! Password managers and pasted passwords.

use rekey_e2e::{Page, TestApp};
use serde_json::json;

use crate::{NEW_PASSWORD, subject};

/// Pastes `what` into the field called `name`.
#[track_caller]
fn paste(page: &Page, what: &str, name: &str) {
    // Copied from a separate field, as if on another page: password fields do not allow copying.
    page.evaluate(
        "document.querySelector('main').prepend(Object.assign(document.createElement('input'), { id: 'note', ariaLabel: 'Note' }))",
    );
    page.fill("Note", what);
    page.editing_command("selectAll");
    page.editing_command("copy");
    page.evaluate("document.getElementById('note').remove()");
    page.get_by_label(name).click();
    page.editing_command("selectAll");
    page.editing_command("paste");
}

#[track_caller]
fn autocomplete(page: &Page, name: &str) -> String {
    page.get_by_label(name).attribute("autocomplete").unwrap_or_default()
}

/// The username of a form with a password, as password managers detect it.
const USERNAME: &str = "document.querySelector('form:has([type=password]) [autocomplete=username]')?.value ?? ''";

#[test]
fn pwd_08_paste_and_password_managers_work_wherever_a_password_is_asked_for() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");

    let (status, answer) = app.post("/api/password-resets", &json!({ "email": jordan.email }));
    assert_eq!(status, 202, "{answer}");
    let page = app.browser.new_context();
    page.goto(&app.mail(1, &jordan.email, subject::RESET).reset_link());
    page.heading("Create a new password");
    assert_eq!(autocomplete(&page, "New password"), "new-password");
    page.wait_for(&format!("({USERNAME}) === '{}'", jordan.email));
    paste(&page, NEW_PASSWORD, "New password");
    page.click_button("Show password");
    page.get_by_role("button", "Hide password");
    assert_eq!(page.get_by_label("New password").value(), NEW_PASSWORD);
    assert_eq!(page.get_by_label("New password").attribute("type").as_deref(), Some("text"));
    page.click_button("Hide password");
    page.get_by_role("button", "Show password");
    assert_eq!(page.get_by_label("New password").attribute("type").as_deref(), Some("password"));
    page.click_button("Set new password");
    page.heading("Password changed");

    page.click_link("Log in");
    page.heading("Log in");
    assert_eq!(autocomplete(&page, "Email"), "username");
    assert_eq!(autocomplete(&page, "Password"), "current-password");
    page.fill("Email", &jordan.email);
    paste(&page, NEW_PASSWORD, "Password");
    page.click_button("Show password");
    page.get_by_role("button", "Hide password");
    page.click_button("Log in");
    page.heading("Your account");

    page.click_link("Change password");
    page.heading("Change password");
    assert_eq!(autocomplete(&page, "Current password"), "current-password");
    assert_eq!(autocomplete(&page, "New password"), "new-password");
    assert_eq!(page.evaluate(USERNAME), jordan.email);
    paste(&page, NEW_PASSWORD, "Current password");
    paste(&page, "violet harbour thirty lanterns again", "New password");
    page.click_button("Change password");
    page.get_by_role_with_text("status", "changed");
}
