//! Self-service: from "Forgot your password?" to being in again.

use rekey_e2e::Stage;

use crate::{NEW_PASSWORD, subject};

#[test]
fn a_forgotten_password_is_replaced_from_the_login_page_to_being_in_again() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.visit("/");
    page.heading("Log in");
    page.fill("Email", &jordan.email);
    page.fill("Password", "what was it again, maybe this");
    page.press("Log in");
    page.find_saying("alert", "password");

    page.follow("Forgot your password?");
    page.heading("Forgot your password?").wait_focused();
    page.fill("Email", &jordan.email);
    page.press("Send reset link");
    page.heading("Check your inbox").wait_focused();
    page.find_saying("main", &jordan.email);
    page.find_saying("main", "30 minutes");

    let mail = stage.mail.letter(1, &jordan.email, subject::RESET);
    assert!(mail.html.contains("/reset-password#token="), "{}", mail.html);
    page.goto(&mail.reset_link());
    page.heading("Create a new password");
    page.find_saying("main", &jordan.email);
    page.fill("New password", NEW_PASSWORD);
    page.press("Set new password");
    page.heading("Password changed").wait_focused();
    let notice = stage.mail.letter(1, &jordan.email, subject::CHANGED);
    assert!(!notice.raw.contains("/reset-password"), "{}", notice.text);

    page.follow("Log in");
    page.heading("Log in");
    page.fill("Email", &jordan.email);
    page.fill("Password", NEW_PASSWORD);
    page.press("Log in");
    page.heading("Your account");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn an_unknown_address_sees_the_same_screen_and_gets_no_mail() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let words = |address: &str| {
        let page = stage.visit("/forgot-password");
        page.fill("Email", address);
        page.press("Send reset link");
        page.heading("Check your inbox");
        page.until("/\\d:\\d\\d/.test(document.body.innerText)");
        let said = page.find_saying("main", address).text().replace(address, "ADDRESS");
        said.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>()
    };
    assert_eq!(words("nobody@example.com"), words(&jordan.email));
    let _ = stage.mail.letter(1, &jordan.email, subject::RESET);
    assert_eq!(stage.mail.count("nobody@example.com", subject::RESET), 0);
}

#[test]
fn a_malformed_address_is_explained_at_the_field_and_stays_there() {
    let stage = Stage::set();
    let page = stage.visit("/forgot-password");
    page.fill("Email", "jordan@");
    page.press("Send reset link");
    page.until("document.querySelector('[aria-invalid=true]') !== null");
    let field = page.field("Email");
    assert!(!field.description().trim().is_empty());
    assert_eq!(field.value(), "jordan@");
    assert!(page.has("heading", "Forgot your password?"));
}

#[test]
fn a_second_mail_can_be_had_after_the_countdown_and_ends_the_first_link() {
    let stage = Stage::set_with(&[("REKEY_RESEND_COOLDOWN", "2s")]);
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.visit("/forgot-password");
    page.fill("Email", &jordan.email);
    page.press("Send reset link");
    page.heading("Check your inbox");
    let first = stage.mail.letter(1, &jordan.email, subject::RESET);

    let again = page.find("button", "Send again");
    again.wait_enabled();
    again.click();
    let second = stage.mail.letter(2, &jordan.email, subject::RESET);
    assert_ne!(first.reset_link(), second.reset_link());

    page.goto(&first.reset_link());
    page.heading("This link was cancelled");
    page.find("link", "Request a new link");
    // Only what follows the # differs: the page is not loaded anew, and still it is another link.
    page.goto(&second.reset_link());
    page.heading("Create a new password");
}

#[test]
fn a_reload_keeps_the_address_and_the_countdown() {
    let stage = Stage::set();
    let page = stage.visit("/forgot-password");
    page.fill("Email", "jordan@example.com");
    page.press("Send reset link");
    page.heading("Check your inbox");
    assert!(page.find("button", "Send again").is_disabled());
    page.evaluate("window.before = true");
    page.reload();
    page.until("window.before === undefined && document.readyState === 'complete'");
    page.heading("Check your inbox");
    page.find_saying("main", "jordan@example.com");
    assert!(page.find("button", "Send again").is_disabled());
    assert!(!page.url().contains("jordan"), "{}", page.url());
}

#[test]
fn the_inbox_page_opened_cold_leads_to_the_form() {
    let stage = Stage::set();
    let page = stage.visit("/check-your-inbox");
    page.heading("Forgot your password?");
}

#[test]
fn a_double_click_sends_one_mail() {
    let stage = Stage::set_with(&[("REKEY_RESEND_COOLDOWN", "0s")]);
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.visit("/forgot-password");
    page.fill("Email", &jordan.email);
    page.find("button", "Send reset link").double_click();
    page.heading("Check your inbox");
    let _ = stage.mail.letter(1, &jordan.email, subject::RESET);
    let asked = page.requests().iter().filter(|address| address.ends_with("/api/password-resets")).count();
    assert_eq!(asked, 1);
}

#[test]
fn without_a_mail_server_the_mail_is_read_at_the_local_inbox_page() {
    let stage = Stage::set_without_mail();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.visit("/forgot-password");
    page.fill("Email", &jordan.email);
    page.press("Send reset link");
    page.heading("Check your inbox");

    let inbox = stage.browser.device();
    let link = inbox.once_at(&stage.url("/dev/inbox"), "document.querySelector('a[href*=\"/reset-password#token=\"]')?.href");
    page.goto(&link);
    page.heading("Create a new password");
    page.fill("New password", NEW_PASSWORD);
    page.press("Set new password");
    page.heading("Password changed");
}
