//! Audit log page.

use crate::support::fixtures::admin;
use crate::support::page::*;
use crate::support::server::Server;
use crate::support::tab::*;
use rekey_wire::audit::{Action, AuditItem, AuditPage, UserRef};
use wasm_bindgen_test::wasm_bindgen_test;

const LOG: &str = "GET /api/audit";

fn item(action: Action, detail: &str) -> AuditItem {
    let party = |name: &str| Some(UserRef { id: "1".into(), name: name.into() });
    AuditItem {
        at: "2026-03-04T09:30:00Z".into(),
        action,
        actor: party("Alex Kim"),
        subject: party("Jordan Lee"),
        ip: Some("192.0.2.7".into()),
        detail: Some(detail.into()),
    }
}

#[wasm_bindgen_test]
async fn it_says_who_did_what_and_from_where_and_what_is_older_on_demand() {
    let server = Server::for_person(admin());
    server.answers(LOG, 200, &AuditPage { items: vec![item(Action::ResetMailed, "newest")], next_cursor: Some("a+b".into()) });
    open("/settings/audit").await;
    heading("Audit log").await;
    let here = get_by_role(Link("Audit log")).await;
    assert_eq!(here.get_attribute("aria-current").as_deref(), Some("page"));
    for part in ["Reset link mailed", "Alex Kim", "Jordan Lee", "192.0.2.7", "newest"] {
        wait_for_text(part).await;
    }
    server.answers(LOG, 200, &AuditPage { items: vec![item(Action::LoginFailed, "oldest")], next_cursor: None });
    click_button("Show older entries").await;
    wait_for_text("Login failed").await;
    wait_for_text("newest").await;
    wait_until_gone(Button("Show older entries")).await;
    assert_eq!(server.hears(LOG, 2).await.search, "?cursor=a%2Bb");
}

#[wasm_bindgen_test]
async fn a_failure_says_what_to_do_and_can_be_tried_again() {
    let server = Server::for_person(admin());
    server.goes_offline(LOG);
    open("/settings/audit").await;
    wait_for_alert("Check your connection, then try again").await;
    server.answers(LOG, 200, &AuditPage { items: vec![item(Action::Login, "")], next_cursor: None });
    click_button("Try again").await;
    wait_for_text("Logged in").await;
    assert!(!has_alert());
}
