//! Every screen there is, for what must hold on all of them.

use rekey_e2e::{Page, Stage};
use serde_json::json;

use crate::{NEW_PASSWORD, subject};

/// A stage where nobody has to wait between two mails.
pub(crate) fn stage() -> Stage {
    Stage::set_with(&[("REKEY_RESEND_COOLDOWN", "0s")])
}

/// Opens every screen, on devices that `prepare` was shown before, and returns those.
pub(crate) fn all(stage: &Stage, prepare: impl Fn(&Page)) -> Vec<Page> {
    let device = || {
        let page = stage.browser.device();
        prepare(&page);
        page
    };
    let pages = vec![device(), device(), device(), device()];
    before_the_login(stage, &pages[0]);
    behind_a_link(stage, &pages[1]);
    account(stage, &pages[2]);
    settings(stage, &pages[3]);
    pages
}

fn before_the_login(stage: &Stage, page: &Page) {
    page.goto(&stage.url("/"));
    page.heading("Log in");
    page.fill("Email", "nobody@example.com");
    page.fill("Password", "not the right one, surely");
    page.press("Log in");
    page.find_saying("alert", "password");
    page.follow("Forgot your password?");
    page.fill("Email", "nobody@example.com");
    page.press("Send reset link");
    page.heading("Check your inbox");
    page.goto(&stage.url("/no/such/page"));
    page.heading("Page not found");
    page.goto(&stage.url("/api/docs"));
    page.until("document.querySelector('h1') !== null && document.readyState === 'complete'");
}

fn behind_a_link(stage: &Stage, page: &Page) {
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let ask = |nth: usize| {
        let (status, answer) = stage.post("/api/password-resets", &json!({ "email": jordan.email }));
        assert_eq!(status, 202, "{answer}");
        stage.mail.letter(nth, &jordan.email, subject::RESET)
    };
    let (first, second) = (ask(1), ask(2));
    page.goto(&first.reset_link());
    page.heading("This link was cancelled");
    page.goto(&second.reset_link());
    page.heading("Create a new password");
    page.fill("New password", NEW_PASSWORD);
    page.press("Set new password");
    page.heading("Password changed");
    page.goto(&second.reset_link());
    page.heading("This link has already been used");
    page.goto(&stage.url("/reset-password#token=never"));
    page.heading("This link is not valid");
    page.goto(&ask(3).link("/not-me"));
    page.press("Cancel this reset");
    page.find_saying("main", "is cancelled");
}

fn account(stage: &Stage, page: &Page) {
    page.goto(&stage.url("/login"));
    stage.log_in(page, &stage.agent("Sam Ortiz", "sam@example.com"));
    page.heading("Your account");
    page.follow("Change password");
    page.heading("Change password");
    page.goto(&stage.url("/settings/users"));
    page.heading("You can't open this page");
}

fn settings(stage: &Stage, page: &Page) {
    stage.import("name,email\nMaya Patel,maya@example.com\nAnn None,\n");
    page.goto(&stage.url("/login"));
    stage.log_in(page, &stage.admin("Alex Kim", "alex@example.com"));
    page.heading("Users");
    page.press("Reset password for Maya Patel");
    page.heading("Reset password for Maya Patel?");
    page.press("Send reset link");
    page.find_saying("status", "Reset link sent");
    page.press("Add email for Ann None");
    page.heading("Add email for Ann None");
    page.press("Cancel");
    page.gone("heading", "Add email for Ann None");
    page.goto(&stage.url("/settings/audit"));
    page.heading("Audit log");
}
