//! Before hydration: the prerendered form is usable, and its input is kept.

use rekey_e2e::{Page, TestApp};

use crate::subject;

/// Opens a page whose WebAssembly does not arrive until [`hydrate`].
fn prerendered(app: &TestApp, path: &str) -> Page {
    let page = app.browser.new_context();
    page.block(&["*.wasm"]);
    page.goto(&app.url(path));
    page.wait_for("document.readyState === 'complete'");
    page
}

/// Lets the WebAssembly arrive, and starts the app like the page's script.
fn hydrate(page: &Page) {
    page.block(&[]);
    page.evaluate(
        "new Promise((done) => {
            addEventListener('hydrated', () => setTimeout(() => setTimeout(() => done(null))));
            import(document.getElementById('app-script').href).then((app) => app.default());
        })",
    );
}

#[test]
fn what_is_typed_and_clicked_before_hydration_is_kept() {
    let app = TestApp::start();
    let page = prerendered(&app, "/login");
    page.heading("Log in");
    let email = page.get_by_label("Email");
    page.fill("Email", "jordan@example.com");
    page.fill("Password", "half of a pass");
    page.click_button("Show password");
    hydrate(&page);
    page.get_by_role("button", "Hide password");
    assert_eq!(page.get_by_label("Password").value(), "half of a pass");
    // The same element: hydration does not replace it.
    assert_eq!(email.value(), "jordan@example.com");
    assert_eq!(page.evaluate("document.activeElement.textContent"), "Hide password");
    assert_eq!(page.title(), "Log in · Squaretalk");
}

#[test]
fn a_form_submitted_before_hydration_is_sent_once_after_it() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = prerendered(&app, "/forgot-password");
    page.fill("Email", &jordan.email);
    page.get_by_role("button", "Send reset link").double_click();
    assert!(page.is_present("heading", "Forgot your password?"));
    hydrate(&page);
    page.heading("Check your inbox");
    let _ = app.mail(1, &jordan.email, subject::RESET);
    let asked = page.requests().iter().filter(|address| address.ends_with("/api/password-resets")).count();
    assert_eq!(asked, 1);
}

#[test]
fn a_button_that_is_held_during_hydration_is_clicked_when_it_is_let_go() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = prerendered(&app, "/forgot-password");
    page.fill("Email", &jordan.email);
    let button = page.get_by_role("button", "Send reset link");
    let held = button.mouse_down();
    hydrate(&page);
    held.mouse_up();
    page.heading("Check your inbox");
    let _ = app.mail(1, &jordan.email, subject::RESET);

    let page = prerendered(&app, "/login");
    let button = page.get_by_role("button", "Show password");
    let held = button.mouse_down();
    hydrate(&page);
    held.mouse_up();
    page.get_by_role("button", "Hide password");
}

#[test]
fn what_a_password_manager_filled_in_without_an_event_is_sent() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = prerendered(&app, "/login");
    page.heading("Log in");
    hydrate(&page);
    page.evaluate(&format!(
        "{{ document.getElementById('email').value = {:?}; document.getElementById('password').value = {:?}; null }}",
        jordan.email, jordan.password
    ));
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
    hydrate(&page);
    page.heading("Your account");
}

#[test]
fn who_has_to_log_in_first_is_at_the_login_from_the_beginning() {
    let app = TestApp::start();
    for (asked, login) in [
        ("/", "/login"),
        ("/settings/users?search=j%C3%B8&filter=all", "/login?next=/settings/users%3Fsearch%3Dj%25C3%25B8%26filter%3Dall"),
    ] {
        let page = prerendered(&app, asked);
        page.heading("Log in");
        assert_eq!(page.url(), app.url(login));
        hydrate(&page);
        page.heading("Log in");
        assert_eq!(page.url(), app.url(login), "the app says the same");
    }
}

#[test]
fn hydration_keeps_the_elements_the_focus_and_the_title() {
    let app = TestApp::start();
    for path in ["/login", "/forgot-password", "/reset-password#token=never", "/not-me#token=never", "/no/such/page"] {
        let page = prerendered(&app, path);
        page.evaluate(
            "{ window.before = [...document.querySelectorAll('#app *')];
               window.title = document.title;
               document.querySelector('#app input')?.focus();
               window.focused = document.activeElement;
               null }",
        );
        page.block(&["*/api/*"]);
        // At the time of hydration: later responses may change the page.
        let changed = page.evaluate(
            "new Promise((done) => {
                addEventListener('hydrated', () => done({
                    removed: before.filter((element) => !element.isConnected).map((element) => element.outerHTML),
                    keeps_focus: document.activeElement === focused,
                }));
                import(document.getElementById('app-script').href).then((app) => app.default());
            })",
        );
        assert_eq!(changed, serde_json::json!({ "removed": [], "keeps_focus": true }), "{path}");
        page.wait_for("document.title === title");
    }
}
