//! Accessibility: axe-core finds no violations on any screen, in light and dark mode and at 320 px, and nothing scrolls horizontally at any window
//! width.

use rekey_e2e::{Page, TestApp};

use crate::{NEW_PASSWORD, subject};

/// Violations found so far.
#[derive(Default)]
struct Inspection(Vec<String>);

impl Inspection {
    /// Checks the screen shown by `page`, in every colour scheme and width.
    #[track_caller]
    fn look(&mut self, screen: &str, page: &Page) {
        for (colours, width) in [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320)] {
            page.color_scheme(colours);
            page.resize(width, 800);
            for violation in page.axe() {
                self.0.push(format!("{screen}, {colours}, {width} px: {violation}"));
            }
        }
        for width in [320, 768, 1024, 1280] {
            page.resize(width, 800);
            let overflow = page.overflow();
            if overflow > 0 {
                self.0.push(format!("{screen}, {width} px: {overflow} px too wide"));
            }
        }
        let headings = page.evaluate("document.querySelectorAll('h1').length");
        let dialog = page.evaluate("document.querySelector('dialog[open]') !== null");
        if headings != 1 && dialog != true {
            self.0.push(format!("{screen}: {headings} h1"));
        }
        let complaints = page.console_errors();
        if !complaints.is_empty() {
            self.0.push(format!("{screen}: the console says {complaints:?}"));
        }
    }
}

impl Drop for Inspection {
    #[track_caller]
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{} findings:\n{}", self.0.len(), self.0.join("\n"));
        }
    }
}

#[test]
fn everybody_can_use_the_screens_before_the_login() {
    let app = TestApp::start();
    let mut inspection = Inspection::default();
    let page = app.visit("/login");
    page.heading("Log in");
    inspection.look("login", &page);
    page.fill("Email", "nobody@example.com");
    page.fill("Password", "not the right one, surely");
    page.click_button("Log in");
    page.get_by_role_with_text("alert", "password");
    inspection.look("login refused", &page);

    page.goto(&app.url("/forgot-password"));
    page.heading("Forgot your password?");
    inspection.look("forgot", &page);
    page.fill("Email", "nobody@");
    page.click_button("Send reset link");
    page.wait_for("document.querySelector('[aria-invalid=true]') !== null");
    inspection.look("forgot refused", &page);
    page.fill("Email", "nobody@example.com");
    page.click_button("Send reset link");
    page.heading("Check your inbox");
    inspection.look("inbox", &page);

    page.goto(&app.url("/no/such/page"));
    page.heading("Page not found");
    inspection.look("not found", &page);
}

#[test]
fn everybody_can_use_the_screens_behind_a_mailed_link() {
    let app = TestApp::start_with(&[("REKEY_RESEND_COOLDOWN", "0s")]);
    let mut inspection = Inspection::default();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.browser.new_context();
    let ask = |nth: usize| {
        let asked = app.post("/api/password-resets", &serde_json::json!({ "email": jordan.email }));
        assert_eq!(asked.0, 202, "{}", asked.1);
        app.mail(nth, &jordan.email, subject::RESET)
    };
    let first = ask(1);
    let second = ask(2);

    page.goto(&first.reset_link());
    page.heading("This link was cancelled");
    inspection.look("cancelled", &page);

    page.goto(&second.reset_link());
    page.heading("Create a new password");
    inspection.look("reset", &page);
    page.fill("New password", "too short");
    page.click_button("Set new password");
    page.wait_for("document.querySelector('[aria-invalid=true]') !== null");
    inspection.look("reset refused", &page);
    page.fill("New password", NEW_PASSWORD);
    page.click_button("Set new password");
    page.heading("Password changed");
    inspection.look("password changed", &page);

    page.goto(&app.url("/login"));
    page.heading("Log in");
    page.goto(&second.reset_link());
    page.heading("This link has already been used");
    inspection.look("used", &page);
    page.goto(&app.url("/reset-password#token=never"));
    page.heading("This link is not valid");
    inspection.look("not valid", &page);

    let third = ask(3);
    page.goto(&third.link("not-me"));
    page.heading("Wasn't you?");
    inspection.look("not me", &page);
    page.click_button("Cancel this reset");
    page.get_by_role_with_text("main", "is cancelled");
    inspection.look("reset cancelled", &page);
}

#[test]
fn everybody_can_use_an_expired_link() {
    let app = TestApp::start_with(&[("REKEY_LINK_TTL", "1s")]);
    let mut inspection = Inspection::default();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    app.post("/api/password-resets", &serde_json::json!({ "email": jordan.email }));
    let page = app.browser.new_context();
    page.goto(&app.mail(1, &jordan.email, subject::RESET).reset_link());
    page.heading("This link has expired");
    inspection.look("expired", &page);
}

#[test]
fn everybody_can_use_the_account_screens() {
    let app = TestApp::start();
    let mut inspection = Inspection::default();
    let page = app.logged_in(&app.agent("Jordan Lee", "jordan@example.com"));
    page.heading("Your account");
    inspection.look("account", &page);
    page.click_link("Change password");
    page.heading("Change password");
    inspection.look("change password", &page);
    page.goto(&app.url("/settings/users"));
    page.heading("You can't open this page");
    inspection.look("forbidden", &page);
}

#[test]
fn everybody_can_use_the_users_screen_and_its_dialogs() {
    let app = TestApp::start();
    let mut inspection = Inspection::default();
    app.import("name,email\nJordan Lee,jordan.alexander.lee@accounts.example.com\nSam Ortiz,\nMaya Patel,maya@example\n");
    let page = app.logged_in(&app.admin("Alex Kim", "alex@example.com"));
    page.heading("Users");
    page.get_by_role("button", "Reset password for Jordan Lee");
    inspection.look("users", &page);
    page.click_button("Reset password for Jordan Lee");
    page.heading("Reset password for Jordan Lee?");
    inspection.look("reset dialog", &page);
    page.click_button("Send reset link");
    page.get_by_role_with_text("status", "Reset link sent");
    inspection.look("users after a reset", &page);
    page.click_button("Add email for Sam Ortiz");
    page.heading("Add email for Sam Ortiz");
    inspection.look("email dialog", &page);
    page.click_button("Cancel");
    page.wait_until_gone("heading", "Add email for Sam Ortiz");
    page.fill("Search users", "nobody is called this");
    page.wait_until_gone("button", "Reset password for Jordan Lee");
    inspection.look("nothing found", &page);
}
