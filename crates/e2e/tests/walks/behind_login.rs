//! Lazy chunk of the screens behind the login: which visits fetch it, when, and what happens if it fails to load.

use rekey_e2e::{Page, TestApp};

/// Returns how often the page has requested the chunk.
fn fetched(page: &Page) -> usize {
    page.requests().iter().filter(|address| is_the_file(address)).count()
}

fn is_the_file(address: &str) -> bool {
    address.contains("/split_")
}

/// URL patterns of the chunk, for blocking it.
const THE_FILE: &[&str] = &["*/split_*"];

#[test]
fn a_visitor_does_not_fetch_it_and_who_logs_in_has_it_before_the_answer() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.visit("/reset-password#token=never");
    page.heading("This link is not valid");
    page.goto(&app.url("/forgot-password"));
    page.click_link("Back to log in");
    page.heading("Log in");
    assert_eq!(fetched(&page), 0);
    page.fill("Email", &jordan.email);
    page.fill("Password", "not the right one, surely");
    page.click_button("Log in");
    page.get_by_role_with_text("alert", "password");
    assert_eq!(fetched(&page), 1);
    app.log_in(&page, &jordan);
    page.heading("Your account");
    assert_eq!(fetched(&page), 1);
}

#[test]
fn a_page_for_somebody_logged_in_fetches_it_beside_the_first_file() {
    let app = TestApp::start();
    let page = app.logged_in(&app.agent("Jordan Lee", "jordan@example.com"));
    page.heading("Your account");
    let cut_off = page.new_tab();
    cut_off.block(&["*_bg.wasm"]);
    cut_off.goto(&app.url("/account"));
    cut_off.wait_for("performance.getEntriesByType('resource').some(entry => entry.name.includes('/split_'))");
    let whole = page.new_tab();
    whole.goto(&app.url("/account"));
    whole.heading("Your account");
    let entries = "performance.getEntriesByType('resource').filter(entry => entry.name.includes('/split_')).length";
    assert_eq!(whole.evaluate(entries), 1, "what the page announces is what its script takes");
    assert_eq!(whole.console_errors(), Vec::<String>::new());
}

#[test]
fn without_it_one_is_told_so_and_can_try_again() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.visit("/login");
    page.heading("Log in");
    page.block(THE_FILE);
    app.log_in(&page, &jordan);
    page.heading("This page could not be loaded");
    page.get_by_role_with_text("alert", "did not arrive");
    page.offline(true);
    page.click_button("Try again");
    page.get_by_role_with_text("alert", "The server does not answer");
    page.offline(false);
    // If the server responds, the page is reloaded, and shows the same alert again.
    page.wait_for_new_document(|| page.click_button("Try again"));
    page.get_by_role_with_text("alert", "did not arrive");
    page.block(&[]);
    page.click_button("Try again");
    page.heading("Your account");
    assert_eq!(page.url(), app.url("/account"));
}

#[test]
fn after_another_version_was_deployed_trying_again_brings_it() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.visit("/login");
    page.heading("Log in");
    // The chunk's URL no longer exists on the server.
    page.evaluate(
        "{ const real = window.fetch;
           window.fetch = (what, how) => real(String(what.url ?? what).includes('/split_') ? '/app-0000000000000000/split_signed_in_pages.wasm' : what, how);
           null }",
    );
    app.log_in(&page, &jordan);
    page.heading("This page could not be loaded");
    assert!(page.requests().iter().any(|address| address.ends_with("/app-0000000000000000/split_signed_in_pages.wasm")));
    page.click_button("Try again");
    page.heading("Your account");
}

#[test]
fn a_failure_ahead_of_time_is_nobodys_business() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.visit("/login");
    page.heading("Log in");
    page.block(THE_FILE);
    page.fill("Email", &jordan.email);
    page.fill("Password", "not the right one, surely");
    page.click_button("Log in");
    page.get_by_role_with_text("alert", "password");
    page.block(&[]);
    app.log_in(&page, &jordan);
    page.heading("Your account");
}
