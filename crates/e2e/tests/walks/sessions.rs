//! Coming in, staying in, and being out.

use rekey_e2e::Stage;

use crate::NEW_PASSWORD;

#[test]
fn a_visitor_is_asked_to_log_in_and_comes_back_to_where_they_wanted() {
    let stage = Stage::set();
    let admin = stage.admin("Alex Kim", "alex@example.com");
    let page = stage.visit("/settings/users");
    page.heading("Log in");
    assert!(page.url().contains("/login?next="), "{}", page.url());
    stage.log_in(&page, &admin);
    page.heading("Users");
    assert_eq!(page.url(), stage.url("/settings/users"));
    // Who is in already has no use for the login page.
    page.goto(&stage.url("/login"));
    page.heading("Users");
}

#[test]
fn logging_out_ends_the_session() {
    let stage = Stage::set();
    let page = stage.logged_in(&stage.agent("Jordan Lee", "jordan@example.com"));
    page.heading("Your account");
    page.press("Log out");
    page.heading("Log in");
    page.goto(&stage.url("/account"));
    page.heading("Log in");
}

#[test]
fn a_password_changed_elsewhere_ends_the_session_here_and_says_so() {
    let stage = Stage::set();
    let admin = stage.admin("Alex Kim", "alex@example.com");
    let here = stage.logged_in(&admin);
    here.heading("Users");
    let elsewhere = stage.logged_in(&admin);
    elsewhere.heading("Users");
    elsewhere.goto(&stage.url("/account/password"));
    elsewhere.heading("Change password");
    elsewhere.fill("Current password", &admin.password);
    elsewhere.fill("New password", NEW_PASSWORD);
    elsewhere.press("Change password");

    here.heading("Log in");
    assert!(here.url().contains("/login?next="), "{}", here.url());
    here.until("/session|signed out|logged out/i.test(document.querySelector('main').innerText)");
    elsewhere.goto(&stage.url("/settings/users"));
    elsewhere.heading("Users");
}
