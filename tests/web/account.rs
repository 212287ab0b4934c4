//! Account page, and pages with restricted access.

use crate::support::fixtures::agent;
use crate::support::page::*;
use crate::support::server::Server;
use crate::support::tab::*;
use rekey_wire::login::SessionUser;
use wasm_bindgen_test::wasm_bindgen_test;

const LOG_OUT: &str = "DELETE /api/session";

#[wasm_bindgen_test]
async fn it_says_who_one_is() {
    let _server = Server::for_person(agent());
    open("/account").await;
    heading("Your account").await;
    is_titled("Your account · Squaretalk").await;
    for part in ["Jordan Lee", "jordan@example.com", "107"] {
        wait_for_text(part).await;
    }
    click_link("Change password").await;
    heading("Change password").await;
    is_at("/account/password").await;
}

#[wasm_bindgen_test]
async fn who_has_no_address_sees_that() {
    let _server = Server::for_person(SessionUser { email: None, ..agent() });
    open("/account").await;
    wait_for_text("Email–").await;
}

#[wasm_bindgen_test]
async fn logging_out_leads_to_the_login_and_is_no_session_that_ended() {
    let server = Server::for_person(agent());
    open("/account").await;
    server.answers_no_content(LOG_OUT);
    let answer = server.hold(LOG_OUT);
    double_click("Log out").await;
    becomes_disabled(Button("Log out"), true).await;
    answer.release();
    heading("Log in").await;
    is_at("/login").await;
    assert!(!has_alert());
    assert_eq!(server.calls(LOG_OUT).len(), 1);
}

#[wasm_bindgen_test]
async fn a_failed_logout_says_so_and_one_stays() {
    let server = Server::for_person(agent());
    open("/account").await;
    server.goes_offline(LOG_OUT);
    click_button("Log out").await;
    wait_for_alert("try again").await;
    heading("Your account").await;
}

#[wasm_bindgen_test]
async fn an_agent_cannot_open_the_settings_and_is_led_to_the_account() {
    for path in ["/settings/users", "/settings/audit"] {
        let server = Server::for_person(agent());
        open(path).await;
        heading("You can't open this page").await;
        is_titled("You can't open this page · Squaretalk").await;
        assert!(server.calls("GET /api/users").is_empty() && server.calls("GET /api/audit").is_empty());
        assert!(!is_present(Link("Audit log")), "the navigation offers no page that cannot be opened");
        click_link("Go to your account").await;
        heading("Your account").await;
    }
}

#[wasm_bindgen_test]
async fn the_navigation_marks_where_one_is() {
    let _server = Server::for_person(agent());
    open("/account").await;
    let here = get_by_role(Link("Your account")).await;
    assert_eq!(here.get_attribute("aria-current").as_deref(), Some("page"));
    click_link("Change password").await;
    heading("Change password").await;
    assert_eq!(get_by_role(Link("Your account")).await.get_attribute("aria-current"), None);
}
