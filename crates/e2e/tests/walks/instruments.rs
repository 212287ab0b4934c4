//! Tests of the test helpers: a check that detects nothing would prove nothing.

use rekey_e2e::Browser;

/// A page with a named button, a field, and elements with accessibility violations.
const PAGE: &str = "data:text/html,<!doctype html><html lang=en><title>Small</title><main><h1>A small page</h1>\
    <label>Email <input id=e></label><button onclick=\"document.title=document.getElementById('e').value\">Send</button>\
    <img src=x><p style=color:lightgrey>Hardly to be read</p><div style='width:400px'>wide</div></main>";

#[test]
fn things_are_found_by_role_and_name_and_used_as_a_person_would() {
    let browser = Browser::start();
    let page = browser.new_context();
    page.goto(PAGE);
    page.heading("A small page");
    page.fill("Email", "j@example.com");
    page.click_button("Send");
    page.wait_for("document.title === 'j@example.com'");
    assert!(!page.is_present("button", "Cancel"));
}

#[test]
fn axe_and_the_overflow_check_see_what_is_wrong() {
    let browser = Browser::start();
    let page = browser.new_context();
    page.goto(PAGE);
    page.heading("A small page");
    let rules: Vec<String> = page.axe().into_iter().map(|violation| violation.rule).collect();
    assert!(rules.contains(&"image-alt".to_owned()) && rules.contains(&"color-contrast".to_owned()), "{rules:?}");
    assert_eq!(page.overflow(), 0);
    page.resize(320, 640);
    assert!(page.overflow() > 0);
}

#[test]
fn two_devices_share_no_storage_and_two_tabs_of_one_do() {
    let browser = Browser::start();
    let (one, other) = (browser.new_context(), browser.new_context());
    let tab = one.new_tab();
    for page in [&one, &tab, &other] {
        page.goto("chrome://version/");
        page.wait_for("location.protocol === 'chrome:'");
    }
    one.evaluate("localStorage.setItem('who', 'me')");
    assert_eq!(tab.evaluate("localStorage.getItem('who')"), "me");
    assert!(other.evaluate("localStorage.getItem('who')").is_null());
}

#[test]
fn what_breaks_a_page_s_policy_is_a_complaint() {
    let browser = Browser::start();
    let page = browser.new_context();
    page.report_policy_violations();
    page.goto("data:text/html,<meta http-equiv=content-security-policy content=\"default-src 'none'\"><h1>Strict</h1><img src=http://127.0.0.1:1/x>");
    page.heading("Strict");
    page.wait_for("performance.now() > 0");
    let complaints = page.console_errors();
    assert!(complaints.iter().any(|complaint| complaint.contains("against the policy: img-src")), "{complaints:?}");
}
