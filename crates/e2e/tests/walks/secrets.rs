//! Secrecy of a link's token in the browser: other programs do not use it up, and no copy remains.

use rekey_e2e::{Mail, TestApp, User};
use serde_json::json;

use crate::{NEW_PASSWORD, subject};

/// Returns the mail of a requested reset.
fn mail_to(app: &TestApp, user: &User) -> Mail {
    let (status, answer) = app.post("/api/password-resets", &json!({ "email": user.email }));
    assert_eq!(status, 202, "{answer}");
    app.mail(1, &user.email, subject::RESET)
}

fn token(link: &str) -> String {
    link.split_once("#token=").map_or("", |(_, token)| token).to_owned()
}

#[test]
fn tok_09_a_scanner_with_a_whole_browser_uses_no_link_up() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let mail = mail_to(&app, &jordan);
    for path in ["/reset-password", "/not-me"] {
        assert_eq!((app.head(path), app.get(path)), (200, 200));
    }

    let scanner = app.browser.new_context();
    for (link, heading) in [(mail.reset_link(), "Create a new password"), (mail.link("not-me"), "Wasn't you?")] {
        scanner.goto(&link);
        scanner.heading(heading);
        scanner.reload();
        scanner.heading(heading);
    }
    // A program that prefetches links before a click.
    let ahead = app.browser.new_context();
    ahead.goto(&format!("data:text/html,<h1>Ahead</h1><link rel=prefetch href='{}'>", mail.reset_link().replace('#', "%23")));
    ahead.wait_for("performance.getEntriesByType('resource').some(entry => entry.name.includes('/reset-password'))");

    let page = app.browser.new_context();
    page.goto(&mail.reset_link());
    page.heading("Create a new password");
    page.fill("New password", NEW_PASSWORD);
    page.click_button("Set new password");
    page.heading("Password changed");
}

#[test]
fn tok_12_the_token_leaves_the_address_bar_at_once_and_no_trace() {
    let app = TestApp::start_with(&[("REKEY_LOG", "trace")]);
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let mail = mail_to(&app, &jordan);
    let page = app.browser.new_context();
    for (link, heading, done) in
        [(mail.link("not-me"), "Wasn't you?", "/not-me"), (mail.reset_link(), "Create a new password", "/reset-password")]
    {
        let token = token(&link);
        page.goto(&link);
        page.heading(heading);
        assert_eq!(page.url(), app.url(done));
        assert!(!page.title().contains(&token));
        page.reload();
        page.heading(heading);
    }
    let token = token(&mail.reset_link());
    page.fill("New password", NEW_PASSWORD);
    page.click_button("Set new password");
    page.heading("Password changed");
    page.click_link("Log in");
    page.heading("Log in");

    for (what, traces) in [("history", page.history()), ("wire", page.requests_with_headers()), ("console", page.console_errors())] {
        let telling: Vec<&String> = traces.iter().filter(|trace| trace.contains(&token)).collect();
        assert!(telling.is_empty(), "{what}: {telling:?}");
    }
    assert!(page.history().len() > 1 && page.requests_with_headers().len() > 10, "there is something to look at");
    let referers: Vec<String> =
        page.requests_with_headers().into_iter().filter(|sent| sent.to_lowercase().contains("\"referer\"")).collect();
    assert!(referers.is_empty(), "{referers:?}");
    let log = app.server.log();
    assert!(log.contains("/api/password-resets/redeem"), "the log says too little to prove anything:\n{log}");
    assert!(!log.contains(&token), "the server logged the token");
}

#[test]
fn ses_07_the_browser_keeps_no_secret_but_the_token_until_it_is_used() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let mail = mail_to(&app, &jordan);
    let token = token(&mail.reset_link());
    let nothing = json!({ "localStorage": {}, "cookies": "", "databases": [], "caches": [] });
    let page = app.browser.new_context();
    page.goto(&mail.reset_link());
    page.heading("Create a new password");
    assert_eq!(page.persistent_storage(), nothing);
    assert_eq!(page.session_storage().matches(&token).count(), 1, "a reload must find it: {}", page.session_storage());
    page.fill("New password", NEW_PASSWORD);
    assert!(!page.session_storage().contains(NEW_PASSWORD));
    page.click_button("Set new password");
    page.heading("Password changed");
    assert_eq!((page.persistent_storage(), page.session_storage()), (nothing.clone(), "{}".to_owned()));

    page.click_link("Log in");
    page.fill("Email", &jordan.email);
    page.fill("Password", NEW_PASSWORD);
    page.click_button("Log in");
    page.heading("Your account");
    assert_eq!(page.cookies().len(), 1, "the session, which scripts do not see");
    assert_eq!((page.persistent_storage(), page.session_storage()), (nothing, "{}".to_owned()));
}
