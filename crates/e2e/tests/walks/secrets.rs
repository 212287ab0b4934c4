//! What becomes of a link's token, in a real browser: nobody else uses it up, and it stays nowhere.

use rekey_e2e::{Mail, Person, Stage};
use serde_json::json;

use crate::{NEW_PASSWORD, subject};

/// The mail that somebody who forgot the password gets.
fn mail_to(stage: &Stage, person: &Person) -> Mail {
    let (status, answer) = stage.post("/api/password-resets", &json!({ "email": person.email }));
    assert_eq!(status, 202, "{answer}");
    stage.mail.letter(1, &person.email, subject::RESET)
}

fn token(link: &str) -> String {
    link.split_once("#token=").map_or("", |(_, token)| token).to_owned()
}

#[test]
fn tok_09_a_scanner_with_a_whole_browser_uses_no_link_up() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let mail = mail_to(&stage, &jordan);
    for path in ["/reset-password", "/not-me"] {
        assert_eq!((stage.head(path), stage.get(path)), (200, 200));
    }

    let scanner = stage.browser.device();
    for (link, heading) in [(mail.reset_link(), "Create a new password"), (mail.link("/not-me"), "Wasn't you?")] {
        scanner.goto(&link);
        scanner.heading(heading);
        scanner.evaluate("window.before = true");
        scanner.reload();
        scanner.until("window.before === undefined && document.readyState === 'complete'");
        scanner.heading(heading);
    }
    // One that fetches what a page names before anybody has clicked.
    let ahead = stage.browser.device();
    ahead.goto(&format!("data:text/html,<h1>Ahead</h1><link rel=prefetch href='{}'>", mail.reset_link().replace('#', "%23")));
    ahead.until("performance.getEntriesByType('resource').some(entry => entry.name.includes('/reset-password'))");

    let page = stage.browser.device();
    page.goto(&mail.reset_link());
    page.heading("Create a new password");
    page.fill("New password", NEW_PASSWORD);
    page.press("Set new password");
    page.heading("Password changed");
}

#[test]
fn tok_12_the_token_leaves_the_address_bar_at_once_and_no_trace() {
    let stage = Stage::set_with(&[("REKEY_LOG", "trace")]);
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let mail = mail_to(&stage, &jordan);
    let page = stage.browser.device();
    for (link, heading, done) in
        [(mail.link("/not-me"), "Wasn't you?", "/not-me"), (mail.reset_link(), "Create a new password", "/reset-password")]
    {
        let token = token(&link);
        page.goto(&link);
        page.heading(heading);
        assert_eq!(page.url(), stage.url(done));
        assert!(!page.title().contains(&token));
        page.evaluate("window.before = true");
        page.reload();
        page.until("window.before === undefined && document.readyState === 'complete'");
        page.heading(heading);
    }
    let token = token(&mail.reset_link());
    page.fill("New password", NEW_PASSWORD);
    page.press("Set new password");
    page.heading("Password changed");
    page.follow("Log in");
    page.heading("Log in");

    for (what, traces) in [("history", page.history()), ("wire", page.sent()), ("console", page.complaints())] {
        let telling: Vec<&String> = traces.iter().filter(|trace| trace.contains(&token)).collect();
        assert!(telling.is_empty(), "{what}: {telling:?}");
    }
    assert!(page.history().len() > 1 && page.sent().len() > 10, "there is something to look at");
    let referers: Vec<String> = page.sent().into_iter().filter(|sent| sent.to_lowercase().contains("\"referer\"")).collect();
    assert!(referers.is_empty(), "{referers:?}");
    let log = stage.rekey.log();
    assert!(log.contains("/api/password-resets/redeem"), "the log says too little to prove anything:\n{log}");
    assert!(!log.contains(&token), "the server logged the token");
}

#[test]
fn ses_07_the_browser_keeps_no_secret_but_the_token_until_it_is_used() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let mail = mail_to(&stage, &jordan);
    let token = token(&mail.reset_link());
    let nothing = json!({ "localStorage": {}, "cookies": "", "databases": [], "caches": [] });
    let page = stage.browser.device();
    page.goto(&mail.reset_link());
    page.heading("Create a new password");
    assert_eq!(page.kept_for_good(), nothing);
    assert_eq!(page.kept_for_a_reload().matches(&token).count(), 1, "a reload must find it: {}", page.kept_for_a_reload());
    page.fill("New password", NEW_PASSWORD);
    assert!(!page.kept_for_a_reload().contains(NEW_PASSWORD));
    page.press("Set new password");
    page.heading("Password changed");
    assert_eq!((page.kept_for_good(), page.kept_for_a_reload()), (nothing.clone(), "{}".to_owned()));

    page.follow("Log in");
    page.fill("Email", &jordan.email);
    page.fill("Password", NEW_PASSWORD);
    page.press("Log in");
    page.heading("Your account");
    assert_eq!(page.cookies().len(), 1, "the session, which scripts do not see");
    assert_eq!((page.kept_for_good(), page.kept_for_a_reload()), (nothing, "{}".to_owned()));
}
