//! "This wasn't me": from the mail to a cancelled reset.

use rekey_e2e::TestApp;

use crate::subject;

#[test]
fn whoever_did_not_ask_cancels_the_reset_from_the_mail() {
    let app = TestApp::start_with(&[("REKEY_RESEND_COOLDOWN", "0s")]);
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let stranger = app.visit("/forgot-password");
    stranger.fill("Email", &jordan.email);
    stranger.click_button("Send reset link");
    stranger.heading("Check your inbox");
    let mail = app.mail(1, &jordan.email, subject::RESET);

    let page = app.browser.new_context();
    page.goto(&mail.link("not-me"));
    page.heading("Wasn't you?");
    assert_eq!(page.url(), app.url("/not-me"));
    page.click_button("Cancel this reset");
    page.get_by_role_with_text("main", "is cancelled");
    page.goto(&mail.reset_link());
    page.heading("This link was cancelled");

    // Self-service mails to that account are paused, but requesting one looks the same as before.
    let stranger = app.visit("/forgot-password");
    stranger.fill("Email", &jordan.email);
    stranger.click_button("Send reset link");
    stranger.heading("Check your inbox");
    let someone = app.agent("Sam Ortiz", "sam@example.com");
    stranger.goto(&app.url("/forgot-password"));
    stranger.fill("Email", &someone.email);
    stranger.click_button("Send reset link");
    let _ = app.mail(1, &someone.email, subject::RESET);
    assert_eq!(app.mail_count(&jordan.email, subject::RESET), 1);
}
