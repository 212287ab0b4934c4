//! What a mailed link survives, and how each dead one is explained.

use rekey_e2e::{Person, Stage};

use crate::{NEW_PASSWORD, subject};

/// Asks for a link as a person does, and returns the `nth` one mailed to them.
fn mailed_link(stage: &Stage, person: &Person, nth: usize) -> String {
    let page = stage.visit("/forgot-password");
    page.fill("Email", &person.email);
    page.press("Send reset link");
    page.heading("Check your inbox");
    stage.mail.letter(nth, &person.email, subject::RESET).reset_link()
}

#[test]
fn a_reload_finds_the_token_again_and_another_tab_does_not() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.browser.device();
    page.goto(&mailed_link(&stage, &jordan, 1));
    page.heading("Create a new password");
    assert_eq!(page.url(), stage.url("/reset-password"));
    page.evaluate("window.before = true");
    page.reload();
    page.until("window.before === undefined && document.readyState === 'complete'");
    page.heading("Create a new password");
    assert_eq!(page.evaluate("localStorage.length"), 0, "other tabs could read it there");
    let tab = page.another_tab();
    tab.goto(&stage.url("/reset-password"));
    tab.heading("This link is not valid");
}

#[test]
fn an_expired_link_offers_a_new_one_which_works() {
    let stage = Stage::set_with(&[("REKEY_LINK_TTL", "2s"), ("REKEY_RESEND_COOLDOWN", "0s")]);
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.browser.device();
    page.goto(&mailed_link(&stage, &jordan, 1));
    // It was alive or is dead already: either way the page ends here by itself.
    page.heading("This link has expired");
    page.press("Send me a new link");
    page.heading("Check your inbox");
    let fresh = stage.mail.letter(2, &jordan.email, subject::RESET).reset_link();
    let answer = stage.post("/api/password-resets/redeem", &serde_json::json!({ "token": token(&fresh), "password": NEW_PASSWORD }));
    assert_eq!(answer.0, 200, "{}", answer.1);
}

#[test]
fn a_used_link_says_so_and_offers_a_new_one() {
    let stage = Stage::set_with(&[("REKEY_RESEND_COOLDOWN", "0s")]);
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let link = mailed_link(&stage, &jordan, 1);
    let page = stage.browser.device();
    page.goto(&link);
    page.heading("Create a new password");
    page.fill("New password", NEW_PASSWORD);
    page.press("Set new password");
    page.heading("Password changed");

    let later = stage.browser.device();
    later.goto(&link);
    later.heading("This link has already been used");
    later.press("Send me a new link");
    later.heading("Check your inbox");
    later.goto(&stage.mail.letter(2, &jordan.email, subject::RESET).reset_link());
    later.heading("Create a new password");
}

#[test]
fn what_was_never_a_link_says_so_and_leads_to_the_form() {
    let stage = Stage::set();
    for address in ["/reset-password", "/reset-password#token=", "/reset-password#token=not-a-token"] {
        let page = stage.visit(address);
        page.heading("This link is not valid");
        page.follow("Request a new link");
        page.heading("Forgot your password?");
    }
}

#[test]
fn a_refused_password_names_the_number_and_leaves_the_link_alive() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.browser.device();
    page.goto(&mailed_link(&stage, &jordan, 1));
    page.heading("Create a new password");
    page.fill("New password", "too short");
    page.press("Set new password");
    page.until("document.querySelector('[aria-invalid=true]') !== null");
    assert!(page.field("New password").description().contains("15"));
    page.press("Show password");
    page.find("button", "Hide password");
    assert_eq!(page.field("New password").value(), "too short");
    page.fill("New password", NEW_PASSWORD);
    page.press("Set new password");
    page.heading("Password changed");
}

fn token(link: &str) -> &str {
    link.split_once("#token=").map_or("", |(_, token)| token)
}
