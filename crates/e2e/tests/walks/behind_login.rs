//! The screens behind the login are a file of their own: who fetches it, when, and what if it does not come.

use rekey_e2e::{Page, Stage};

/// How often the page has asked for the file.
fn fetched(page: &Page) -> usize {
    page.requests().iter().filter(|address| is_the_file(address)).count()
}

fn is_the_file(address: &str) -> bool {
    address.contains("/split_")
}

/// For a browser to refuse.
const THE_FILE: &[&str] = &["*/split_*"];

#[test]
fn a_visitor_does_not_fetch_it_and_who_logs_in_has_it_before_the_answer() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.visit("/reset-password#token=never");
    page.heading("This link is not valid");
    page.goto(&stage.url("/forgot-password"));
    page.follow("Back to log in");
    page.heading("Log in");
    assert_eq!(fetched(&page), 0);
    page.fill("Email", &jordan.email);
    page.fill("Password", "not the right one, surely");
    page.press("Log in");
    page.find_saying("alert", "password");
    assert_eq!(fetched(&page), 1);
    stage.log_in(&page, &jordan);
    page.heading("Your account");
    assert_eq!(fetched(&page), 1);
}

#[test]
fn a_page_for_somebody_logged_in_fetches_it_beside_the_first_file() {
    let stage = Stage::set();
    let page = stage.logged_in(&stage.agent("Jordan Lee", "jordan@example.com"));
    page.heading("Your account");
    let cut_off = page.another_tab();
    cut_off.block(&["*_bg.wasm"]);
    cut_off.goto(&stage.url("/account"));
    cut_off.until("performance.getEntriesByType('resource').some(entry => entry.name.includes('/split_'))");
    let whole = page.another_tab();
    whole.goto(&stage.url("/account"));
    whole.heading("Your account");
    let entries = "performance.getEntriesByType('resource').filter(entry => entry.name.includes('/split_')).length";
    assert_eq!(whole.evaluate(entries), 1, "what the page announces is what its script takes");
    assert_eq!(whole.complaints(), Vec::<String>::new());
}

#[test]
fn without_it_one_is_told_so_and_can_try_again() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.visit("/login");
    page.heading("Log in");
    page.block(THE_FILE);
    stage.log_in(&page, &jordan);
    page.heading("This page could not be loaded");
    page.find_saying("alert", "did not arrive");
    page.offline(true);
    page.press("Try again");
    page.find_saying("alert", "The server does not answer");
    page.offline(false);
    // With a server the page is loaded anew, and says the same again; what it says before that is not meant.
    page.evaluate("window.before = true");
    page.press("Try again");
    page.until("!window.before");
    page.find_saying("alert", "did not arrive");
    page.block(&[]);
    page.press("Try again");
    page.heading("Your account");
    assert_eq!(page.url(), stage.url("/account"));
}

#[test]
fn after_another_version_was_deployed_trying_again_brings_it() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.visit("/login");
    page.heading("Log in");
    // What the page would ask for is not served any more.
    page.evaluate(
        "{ const real = window.fetch;
           window.fetch = (what, how) => real(String(what.url ?? what).includes('/split_') ? '/app-0000000000000000/split_signed_in_pages.wasm' : what, how);
           null }",
    );
    stage.log_in(&page, &jordan);
    page.heading("This page could not be loaded");
    assert!(page.requests().iter().any(|address| address.ends_with("/app-0000000000000000/split_signed_in_pages.wasm")));
    page.press("Try again");
    page.heading("Your account");
}

#[test]
fn a_failure_ahead_of_time_is_nobodys_business() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.visit("/login");
    page.heading("Log in");
    page.block(THE_FILE);
    page.fill("Email", &jordan.email);
    page.fill("Password", "not the right one, surely");
    page.press("Log in");
    page.find_saying("alert", "password");
    page.block(&[]);
    stage.log_in(&page, &jordan);
    page.heading("Your account");
}
