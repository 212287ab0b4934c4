//! Startup, and requirements for every screen.

use crate::support::fixtures::{admin, agent, page};
use crate::support::page::*;
use crate::support::server::{CONFIG, SESSION, Server, config};
use crate::support::tab::*;
use leptos::prelude::document;
use rekey_wire::config::Config;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn everybody_starts_at_their_start_page() {
    for place in ["/", "/login"] {
        let _server = Server::for_visitor();
        open(place).await;
        heading("Log in").await;
        is_at("/login").await;

        let _server = Server::for_person(agent());
        open(place).await;
        heading("Your account").await;
        is_at("/account").await;

        let server = Server::for_person(admin());
        server.answers("GET /api/users", 200, &page(vec![]));
        open(place).await;
        heading("Users").await;
        is_at("/settings/users").await;
    }
}

#[wasm_bindgen_test]
async fn a_page_that_has_just_been_loaded_asks_once_and_leaves_the_focus_where_it_is() {
    let server = Server::for_visitor();
    open("/forgot-password").await;
    is_titled("Forgot your password? · Squaretalk").await;
    server.has_answered(SESSION).await;
    assert_eq!((server.calls(CONFIG).len(), server.calls(SESSION).len()), (1, 1));
    let focused = document().active_element().map(|element| element.tag_name());
    assert_eq!(focused.as_deref(), Some("BODY"));
}

#[wasm_bindgen_test]
async fn a_server_out_of_reach_is_explained_and_can_be_tried_again() {
    for question in [CONFIG, SESSION] {
        let server = Server::for_visitor();
        server.goes_offline(question);
        open("/login").await;
        wait_for_alert("The server does not answer").await;
        server.refuses(question, 503, "unavailable");
        click_button("Try again").await;
        wait_for_alert("The server does not answer").await;
        server.answers(CONFIG, 200, &config());
        server.sets_session(None);
        click_button("Try again").await;
        heading("Log in").await;
        get_by_role(Field("Email")).await;
    }
}

#[wasm_bindgen_test]
async fn an_unknown_path_says_so_and_leads_home() {
    let _server = Server::for_visitor();
    open("/no/such/page").await;
    heading("Page not found").await;
    is_titled("Page not found · Squaretalk").await;
    click_link("Go to the start page").await;
    heading("Log in").await;
}

#[wasm_bindgen_test]
async fn the_title_follows_and_the_focus_goes_to_the_heading_of_each_new_screen() {
    let _server = Server::for_visitor();
    open("/login").await;
    heading("Log in").await;
    is_titled("Log in · Squaretalk").await;
    click_link("Forgot your password?").await;
    is_focused(Heading("Forgot your password?")).await;
    is_titled("Forgot your password? · Squaretalk").await;
    back();
    is_focused(Heading("Log in")).await;
    is_titled("Log in · Squaretalk").await;
}

#[wasm_bindgen_test]
async fn brand_and_help_are_what_the_server_says() {
    let server = Server::for_visitor();
    server.answers(CONFIG, 200, &Config { brand: "Acme <Phones>".into(), support_email: Some("help@acme.example".into()), ..config() });
    open("/forgot-password").await;
    wait_for_text("Acme <Phones>").await;
    is_titled("Forgot your password? · Acme <Phones>").await;
    let help = get_by_role(Link("help@acme.example")).await;
    assert_eq!(help.get_attribute("href").as_deref(), Some("mailto:help@acme.example"));
}
