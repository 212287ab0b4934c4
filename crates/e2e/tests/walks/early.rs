//! Before the WebAssembly is there: the form that came with the page can be used, and nothing of it is lost.

use rekey_e2e::{Page, TestApp};

use crate::subject;

/// A page whose WebAssembly does not arrive until [`comes_to_life`].
fn drawn(app: &TestApp, path: &str) -> Page {
    let page = app.browser.new_context();
    page.block(&["*.wasm"]);
    page.goto(&app.url(path));
    page
}

/// Lets the WebAssembly arrive, as the page itself would have started it.
fn comes_to_life(page: &Page) {
    arrives(page);
    page.wait_for("document.getElementById('app') === null");
}

/// The same, and waits only as long as a page is taken over in that nobody touches.
fn arrives(page: &Page) {
    page.block(&[]);
    page.evaluate(
        "import(document.querySelector('link[rel=modulepreload]').href)
            .then((app) => app.default({ module_or_path: document.querySelector('link[rel=preload][as=fetch]').href }))
            .then(() => new Promise((done) => setTimeout(() => setTimeout(() => setTimeout(() => done(null))))))",
    );
}

#[test]
fn what_is_typed_and_pressed_before_the_page_is_live_is_kept() {
    let app = TestApp::start();
    let page = drawn(&app, "/login");
    page.heading("Log in");
    let email = page.get_by_label("Email");
    page.fill("Email", "jordan@example.com");
    page.fill("Password", "half of a pass");
    page.click_button("Show password");
    comes_to_life(&page);
    page.get_by_role("button", "Hide password");
    assert_eq!(page.get_by_label("Password").value(), "half of a pass");
    // The very field: who held on to it holds the live one.
    assert_eq!(email.value(), "jordan@example.com");
    assert_eq!(page.evaluate("document.activeElement.textContent"), "Hide password");
    assert_eq!(page.title(), "Log in · Squaretalk");
}

#[test]
fn a_form_sent_before_the_page_is_live_is_sent_once_then() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = drawn(&app, "/forgot-password");
    page.fill("Email", &jordan.email);
    page.get_by_role("button", "Send reset link").double_click();
    assert!(page.is_present("heading", "Forgot your password?"));
    comes_to_life(&page);
    page.heading("Check your inbox");
    let _ = app.mail(1, &jordan.email, subject::RESET);
    let asked = page.requests().iter().filter(|address| address.ends_with("/api/password-resets")).count();
    assert_eq!(asked, 1);
}

#[test]
fn a_button_that_is_held_while_the_page_comes_to_life_is_pressed_when_it_is_let_go() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = drawn(&app, "/forgot-password");
    page.fill("Email", &jordan.email);
    let button = page.get_by_role("button", "Send reset link");
    let held = button.mouse_down();
    arrives(&page);
    held.mouse_up();
    page.heading("Check your inbox");
    let _ = app.mail(1, &jordan.email, subject::RESET);

    let page = drawn(&app, "/login");
    let button = page.get_by_role("button", "Show password");
    let held = button.mouse_down();
    arrives(&page);
    held.mouse_up();
    page.get_by_role("button", "Hide password");
    assert_eq!(page.evaluate("document.getElementById('app')"), serde_json::Value::Null);
}

#[test]
fn what_a_password_manager_filled_in_is_sent_by_the_first_press() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = drawn(&app, "/login");
    page.fill("Email", &jordan.email);
    page.fill("Password", &jordan.password);
    // As browsers have it: filled in, and not to be read before the user has touched the page.
    page.evaluate(
        "{ const drawn = document.getElementById('app'), all = drawn.querySelectorAll;
           drawn.querySelectorAll = (what) => what === 'input:autofill' ? [{ value: '' }] : all.call(drawn, what);
           null }",
    );
    arrives(&page);
    assert!(page.evaluate("document.getElementById('app') !== null") == true, "it waits for a touch");
    page.click_button("Log in");
    page.heading("Your account");
}

#[test]
fn who_is_logged_in_is_never_shown_the_login_form() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.logged_in(&jordan);
    page.heading("Your account");
    page.block(&["*.wasm"]);
    page.goto(&app.url("/login"));
    page.wait_for("document.readyState === 'complete'");
    assert!(!page.is_present("heading", "Log in"));
    comes_to_life(&page);
    page.heading("Your account");
}

#[test]
fn who_has_to_log_in_first_is_at_the_login_from_the_beginning() {
    let app = TestApp::start();
    for (asked, login) in [
        ("/", "/login"),
        ("/settings/users?search=j%C3%B8&filter=all", "/login?next=/settings/users%3Fsearch%3Dj%25C3%25B8%26filter%3Dall"),
    ] {
        let page = drawn(&app, asked);
        page.heading("Log in");
        assert_eq!(page.url(), app.url(login));
        comes_to_life(&page);
        page.heading("Log in");
        assert_eq!(page.url(), app.url(login), "the app says the same");
    }
}

#[test]
fn the_page_is_taken_over_in_several_short_tasks() {
    let app = TestApp::start();
    let page = drawn(&app, "/login");
    page.heading("Log in");
    page.evaluate(
        "{ const made = [], create = document.createElement, over = window.takeOver;
           window.seen = {};
           document.createElement = function (name) { made.push(name); return create.call(this, name); };
           window.takeOver = (mount) => {
               seen.before = made.includes('form') && made.includes('button');
               delete document.createElement;
               document.title = 'Drawn';
               over(mount);
           };
           new MutationObserver(() => {
               if (!document.getElementById('app')) seen.title ??= document.title;
           }).observe(document.body, { childList: true });
           null }",
    );
    comes_to_life(&page);
    assert_eq!(page.evaluate("seen.before"), true, "what all forms have was made once before");
    assert_eq!(page.evaluate("seen.title"), "Drawn", "what follows from the screen is not done in the same task");
    page.wait_for("document.title === 'Log in · Squaretalk'");
    assert_eq!(page.evaluate("document.querySelectorAll('form').length"), 1);
}
