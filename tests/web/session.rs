//! Sessions that end while a page is open.

use crate::PASSWORD;
use crate::support::fixtures::{admin, agent, page, user};
use crate::support::page::*;
use crate::support::server::{SESSION, Server, advance};
use crate::support::tab::*;
use rekey_wire::login::Session;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn an_end_elsewhere_is_noticed_and_said_and_one_comes_back() {
    let server = Server::for_person(agent());
    open("/account/password").await;
    heading("Change password").await;
    server.sets_session(None);
    advance(10);
    heading("Log in").await;
    is_at("/login?next=/account/password").await;
    wait_for_alert("Your session has ended").await;

    server.answers("POST /api/session", 200, &Session { user: Some(agent()) });
    fill("Email", "jordan@example.com").await;
    fill("Password", PASSWORD).await;
    click_button("Log in").await;
    heading("Change password").await;
    is_at("/account/password").await;
}

#[wasm_bindgen_test]
async fn an_action_that_needs_a_login_says_so_too() {
    let server = Server::for_person(agent());
    open("/account/password").await;
    fill("Current password", PASSWORD).await;
    fill("New password", "violet harbour thirty lanterns").await;
    server.refuses("PUT /api/account/password", 401, "not_signed_in");
    click_button("Change password").await;
    heading("Log in").await;
    is_at("/login?next=/account/password").await;
    wait_for_alert("Your session has ended").await;
}

#[wasm_bindgen_test]
async fn the_users_table_does_too() {
    let server = Server::for_person(admin());
    server.answers("GET /api/users", 200, &page(vec![user("2", "Sam Ortiz", "sam@example.com")]));
    open("/settings/users").await;
    get_by_role(Button("Reset password for Sam Ortiz")).await;
    server.refuses("GET /api/users", 401, "not_signed_in");
    click_button("Disabled").await;
    heading("Log in").await;
    is_at("/login?next=/settings/users").await;
    wait_for_alert("Your session has ended").await;
    assert!(!server.has_listener(), "a page that is gone listens to nothing");
}

#[wasm_bindgen_test]
async fn a_moment_without_network_ends_no_session() {
    let server = Server::for_person(agent());
    open("/account").await;
    heading("Your account").await;
    server.goes_offline(SESSION);
    advance(10);
    server.hears(SESSION, 2).await;
    server.has_answered(SESSION).await;
    heading("Your account").await;
}
