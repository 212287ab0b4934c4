//! Sessions: login, persistence, logout.

use rekey_e2e::TestApp;

use crate::NEW_PASSWORD;

#[test]
fn a_visitor_is_asked_to_log_in_and_comes_back_to_where_they_wanted() {
    let app = TestApp::start();
    let admin = app.admin("Alex Kim", "alex@example.com");
    let page = app.visit("/settings/users");
    page.heading("Log in");
    assert!(page.url().contains("/login?next="), "{}", page.url());
    app.log_in(&page, &admin);
    page.heading("Users");
    assert_eq!(page.url(), app.url("/settings/users"));
    // A signed-in user is redirected from the login page.
    page.goto(&app.url("/login"));
    page.heading("Users");
}

#[test]
fn logging_out_ends_the_session() {
    let app = TestApp::start();
    let page = app.logged_in(&app.agent("Jordan Lee", "jordan@example.com"));
    page.heading("Your account");
    page.click_button("Log out");
    page.heading("Log in");
    page.goto(&app.url("/account"));
    page.heading("Log in");
}

#[test]
fn a_password_changed_elsewhere_ends_the_session_here_and_says_so() {
    let app = TestApp::start();
    let admin = app.admin("Alex Kim", "alex@example.com");
    let here = app.logged_in(&admin);
    here.heading("Users");
    let elsewhere = app.logged_in(&admin);
    elsewhere.heading("Users");
    elsewhere.goto(&app.url("/account/password"));
    elsewhere.heading("Change password");
    elsewhere.fill("Current password", &admin.password);
    elsewhere.fill("New password", NEW_PASSWORD);
    elsewhere.click_button("Change password");

    here.heading("Log in");
    assert!(here.url().contains("/login?next="), "{}", here.url());
    here.wait_for("/session|signed out|logged out/i.test(document.querySelector('main').innerText)");
    elsewhere.goto(&app.url("/settings/users"));
    elsewhere.heading("Users");
}
