//! Self-service reset, from "Forgot your password?" to the login.

use rekey_e2e::TestApp;

use crate::{NEW_PASSWORD, subject};

#[test]
fn a_forgotten_password_is_replaced_from_the_login_page_to_being_in_again() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.visit("/");
    page.heading("Log in");
    page.fill("Email", &jordan.email);
    page.fill("Password", "what was it again, maybe this");
    page.click_button("Log in");
    page.get_by_role_with_text("alert", "password");

    page.click_link("Forgot your password?");
    page.heading("Forgot your password?").wait_focused();
    page.fill("Email", &jordan.email);
    page.click_button("Send reset link");
    page.heading("Check your inbox").wait_focused();
    page.get_by_role_with_text("main", &jordan.email);
    page.get_by_role_with_text("main", "30 minutes");

    let mail = app.mail(1, &jordan.email, subject::RESET);
    assert!(mail.html().contains("/reset-password#token="), "{}", mail.html());
    page.goto(&mail.reset_link());
    page.heading("Create a new password");
    page.get_by_role_with_text("main", &jordan.email);
    page.fill("New password", NEW_PASSWORD);
    page.click_button("Set new password");
    page.heading("Password changed").wait_focused();
    let notice = app.mail(1, &jordan.email, subject::CHANGED);
    assert!(!notice.raw_text().contains("/reset-password"), "{}", notice.text());

    page.click_link("Log in");
    page.heading("Log in");
    page.fill("Email", &jordan.email);
    page.fill("Password", NEW_PASSWORD);
    page.click_button("Log in");
    page.heading("Your account");
    assert_eq!(page.console_errors(), Vec::<String>::new());
}

#[test]
fn an_unknown_address_sees_the_same_screen_and_gets_no_mail() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let words = |address: &str| {
        let page = app.visit("/forgot-password");
        page.fill("Email", address);
        page.click_button("Send reset link");
        page.heading("Check your inbox");
        page.wait_for("/\\d:\\d\\d/.test(document.body.innerText)");
        let said = page.get_by_role_with_text("main", address).text().replace(address, "ADDRESS");
        said.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>()
    };
    assert_eq!(words("nobody@example.com"), words(&jordan.email));
    let _ = app.mail(1, &jordan.email, subject::RESET);
    assert_eq!(app.mail_count("nobody@example.com", subject::RESET), 0);
}

#[test]
fn a_malformed_address_is_explained_at_the_field_and_stays_there() {
    let app = TestApp::start();
    let page = app.visit("/forgot-password");
    page.fill("Email", "jordan@");
    page.click_button("Send reset link");
    page.wait_for("document.querySelector('[aria-invalid=true]') !== null");
    let field = page.get_by_label("Email");
    assert!(!field.description().trim().is_empty());
    assert_eq!(field.value(), "jordan@");
    assert!(page.is_present("heading", "Forgot your password?"));
}

#[test]
fn a_second_mail_can_be_had_after_the_countdown_and_ends_the_first_link() {
    let app = TestApp::start_with(&[("REKEY_RESEND_COOLDOWN", "2s")]);
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.visit("/forgot-password");
    page.fill("Email", &jordan.email);
    page.click_button("Send reset link");
    page.heading("Check your inbox");
    let first = app.mail(1, &jordan.email, subject::RESET);

    let again = page.get_by_role("button", "Send again");
    again.wait_enabled();
    again.click();
    let second = app.mail(2, &jordan.email, subject::RESET);
    assert_ne!(first.reset_link(), second.reset_link());

    page.goto(&first.reset_link());
    page.heading("This link was cancelled");
    page.get_by_role("link", "Request a new link");
    // Only the fragment differs: the page is not reloaded, but it is another link.
    page.goto(&second.reset_link());
    page.heading("Create a new password");
}

#[test]
fn a_reload_keeps_the_address_and_the_countdown() {
    let app = TestApp::start();
    let page = app.visit("/forgot-password");
    page.fill("Email", "jordan@example.com");
    page.click_button("Send reset link");
    page.heading("Check your inbox");
    assert!(page.get_by_role("button", "Send again").is_disabled());
    page.reload();
    page.heading("Check your inbox");
    page.get_by_role_with_text("main", "jordan@example.com");
    assert!(page.get_by_role("button", "Send again").is_disabled());
    assert!(!page.url().contains("jordan"), "{}", page.url());
}

#[test]
fn the_inbox_page_opened_cold_leads_to_the_form() {
    let app = TestApp::start();
    let page = app.visit("/check-your-inbox");
    page.heading("Forgot your password?");
}

#[test]
fn a_double_click_sends_one_mail() {
    let app = TestApp::start_with(&[("REKEY_RESEND_COOLDOWN", "0s")]);
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.visit("/forgot-password");
    page.fill("Email", &jordan.email);
    page.get_by_role("button", "Send reset link").double_click();
    page.heading("Check your inbox");
    let _ = app.mail(1, &jordan.email, subject::RESET);
    let asked = page.requests().iter().filter(|address| address.ends_with("/api/password-resets")).count();
    assert_eq!(asked, 1);
}

#[test]
fn without_a_mail_server_the_mail_is_read_at_the_local_inbox_page() {
    let app = TestApp::start_without_smtp();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.visit("/forgot-password");
    page.fill("Email", &jordan.email);
    page.click_button("Send reset link");
    page.heading("Check your inbox");

    let inbox = app.browser.new_context();
    let link = inbox.reload_until(&app.url("/dev/inbox"), "document.querySelector('a[href*=\"/reset-password#token=\"]')?.href");
    page.goto(&link);
    page.heading("Create a new password");
    page.fill("New password", NEW_PASSWORD);
    page.click_button("Set new password");
    page.heading("Password changed");
}
