//! "This wasn't me": from the mail to a cancelled reset.

use rekey_e2e::Stage;

use crate::subject;

#[test]
fn whoever_did_not_ask_cancels_the_reset_from_the_mail() {
    let stage = Stage::set_with(&[("REKEY_RESEND_COOLDOWN", "0s")]);
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let stranger = stage.visit("/forgot-password");
    stranger.fill("Email", &jordan.email);
    stranger.press("Send reset link");
    stranger.heading("Check your inbox");
    let mail = stage.mail.letter(1, &jordan.email, subject::RESET);

    let page = stage.browser.device();
    page.goto(&mail.link("/not-me"));
    page.heading("Wasn't you?");
    assert_eq!(page.url(), stage.url("/not-me"));
    page.press("Cancel this reset");
    page.find_saying("main", "is cancelled");
    page.goto(&mail.reset_link());
    page.heading("This link was cancelled");

    // For a while nobody can send that account another, though asking looks the same as ever.
    let stranger = stage.visit("/forgot-password");
    stranger.fill("Email", &jordan.email);
    stranger.press("Send reset link");
    stranger.heading("Check your inbox");
    let someone = stage.agent("Sam Ortiz", "sam@example.com");
    stranger.goto(&stage.url("/forgot-password"));
    stranger.fill("Email", &someone.email);
    stranger.press("Send reset link");
    let _ = stage.mail.letter(1, &someone.email, subject::RESET);
    assert_eq!(stage.mail.count(&jordan.email, subject::RESET), 1);
}
