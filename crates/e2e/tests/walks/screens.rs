//! All screens, for tests that must hold on each of them.

use rekey_e2e::{Page, TestApp};
use serde_json::json;

use crate::{NEW_PASSWORD, subject};

/// A server without a cooldown between two mails.
pub(crate) fn app() -> TestApp {
    TestApp::start_with(&[("REKEY_RESEND_COOLDOWN", "0s")])
}

/// Opens every screen, on devices set up by `prepare`, and returns the pages.
pub(crate) fn all(app: &TestApp, prepare: impl Fn(&Page)) -> Vec<Page> {
    let device = || {
        let page = app.browser.new_context();
        prepare(&page);
        page
    };
    let pages = vec![device(), device(), device(), device()];
    before_the_login(app, &pages[0]);
    behind_a_link(app, &pages[1]);
    account(app, &pages[2]);
    settings(app, &pages[3]);
    pages
}

fn before_the_login(app: &TestApp, page: &Page) {
    page.goto(&app.url("/"));
    page.heading("Log in");
    page.fill("Email", "nobody@example.com");
    page.fill("Password", "not the right one, surely");
    page.click_button("Log in");
    page.get_by_role_with_text("alert", "password");
    page.click_link("Forgot your password?");
    page.fill("Email", "nobody@example.com");
    page.click_button("Send reset link");
    page.heading("Check your inbox");
    page.goto(&app.url("/no/such/page"));
    page.heading("Page not found");
    page.goto(&app.url("/api/docs"));
    page.wait_for("document.querySelector('h1') !== null && document.readyState === 'complete'");
}

fn behind_a_link(app: &TestApp, page: &Page) {
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let ask = |nth: usize| {
        let (status, answer) = app.post("/api/password-resets", &json!({ "email": jordan.email }));
        assert_eq!(status, 202, "{answer}");
        app.mail(nth, &jordan.email, subject::RESET)
    };
    let (first, second) = (ask(1), ask(2));
    page.goto(&first.reset_link());
    page.heading("This link was cancelled");
    page.goto(&second.reset_link());
    page.heading("Create a new password");
    page.fill("New password", NEW_PASSWORD);
    page.click_button("Set new password");
    page.heading("Password changed");
    page.goto(&second.reset_link());
    page.heading("This link has already been used");
    page.goto(&app.url("/reset-password#token=never"));
    page.heading("This link is not valid");
    page.goto(&ask(3).link("not-me"));
    page.click_button("Cancel this reset");
    page.get_by_role_with_text("main", "is cancelled");
}

fn account(app: &TestApp, page: &Page) {
    page.goto(&app.url("/login"));
    app.log_in(page, &app.agent("Sam Ortiz", "sam@example.com"));
    page.heading("Your account");
    page.click_link("Change password");
    page.heading("Change password");
    page.goto(&app.url("/settings/users"));
    page.heading("You can't open this page");
}

fn settings(app: &TestApp, page: &Page) {
    app.import("name,email\nMaya Patel,maya@example.com\nAnn None,\n");
    page.goto(&app.url("/login"));
    app.log_in(page, &app.admin("Alex Kim", "alex@example.com"));
    page.heading("Users");
    page.click_button("Reset password for Maya Patel");
    page.heading("Reset password for Maya Patel?");
    page.click_button("Send reset link");
    page.get_by_role_with_text("status", "Reset link sent");
    page.click_button("Add email for Ann None");
    page.heading("Add email for Ann None");
    page.click_button("Cancel");
    page.wait_until_gone("heading", "Add email for Ann None");
    page.goto(&app.url("/settings/audit"));
    page.heading("Audit log");
}
