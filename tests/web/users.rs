//! Users table: search, and status of resets.

use crate::support::fixtures::{admin, page, reset, user};
use crate::support::page::*;
use crate::support::server::{Server, advance, in_seconds};
use crate::support::tab::*;
use rekey_wire::users::{EmailStatus, Requester, RequesterKind, Reset, ResetState, Role, Status, User, UserPage};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

pub(crate) const LIST: &str = "GET /api/users";

/// Opens the users screen with these users.
pub(crate) async fn at_the_table(people: Vec<User>) -> Server {
    let server = Server::for_person(admin());
    server.answers(LIST, 200, &page(people));
    open("/settings/users").await;
    heading("Users").await;
    wait_until("an answer", || select("table[aria-busy=false]").pop()).await;
    server
}

pub(crate) fn sam() -> User {
    user("2", "Sam Ortiz", "sam@example.com")
}

/// Returns the row of `name`.
async fn row(name: &str) -> HtmlElement {
    wait_until(&format!("row of {name}"), || select("tbody tr").into_iter().find(|row| text_of(row).contains(name))).await
}

/// Waits until the row of `name` contains `part`.
pub(crate) async fn row_has_text(name: &str, part: &str) {
    wait_until(&format!("{name}: {part}"), || {
        select("tbody tr").into_iter().find(|row| text_of(row).contains(name) && text_of(row).contains(part))
    })
    .await;
}

fn sort_of(column: &str) -> Option<String> {
    select("th[scope=col]").into_iter().find(|head| text_of(head) == column)?.get_attribute("aria-sort")
}

#[wasm_bindgen_test]
async fn a_row_says_who_somebody_is_and_offers_a_reset() {
    let server = at_the_table(vec![User {
        role: Role::Admin,
        extension: "4711".into(),
        last_login_at: Some("2019-05-04T09:30:00Z".into()),
        ..user("3", "Chris <b>Young</b>", "chris@example.com")
    }])
    .await;
    for part in ["Chris <b>Young</b>", "chris@example.com", "4711", "Admin", "2019"] {
        row_has_text("Chris", part).await;
    }
    get_by_role(Button("Reset password for Chris <b>Young</b>")).await;
    wait_for_text("1 user").await;
    let heads: Vec<String> = select("th[scope=col]").iter().map(|head| text_of(head)).collect();
    assert_eq!(heads, ["Name", "Email", "Extension", "Role", "Last login", "Password reset", "Actions"]);
    assert_eq!(server.hears(LIST, 1).await.search, "?filter=all&sort=name");
    assert_eq!(get_by_role(Link("Users")).await.get_attribute("aria-current").as_deref(), Some("page"));
}

#[wasm_bindgen_test]
async fn every_state_of_a_reset_has_its_word() {
    use ResetState::{Cancelled, Expired, Failed, Opened, Queued, Sent, Used};
    let states = [
        (Queued, "Queued"),
        (Sent, "Sent"),
        (Failed, "Could not be delivered"),
        (Opened, "Opened"),
        (Used, "Password changed"),
        (Expired, "Expired"),
        (Cancelled, "Cancelled"),
    ];
    let people = states.iter().enumerate().map(|(at, (state, word))| {
        let detail = (*state == Failed).then(|| "550 no such mailbox".to_owned());
        User { reset: Some(Reset { detail, ..reset(*state) }), ..user(&format!("3{at}"), word, "jo@example.com") }
    });
    let _server = at_the_table(people.chain([sam()]).collect()).await;
    for (at, (_, word)) in states.iter().enumerate() {
        let chip = wait_until("the chip", || select("tbody tr").get(at)?.query_selector(".chip").ok().flatten()).await;
        assert_eq!(text_of(&chip), *word);
    }
    row_has_text("Could not be delivered", "550 no such mailbox").await;
    row_has_text("Sam Ortiz", "–").await;
}

#[wasm_bindgen_test]
async fn who_asked_for_a_reset_is_said() {
    let by = |kind, id: &str, name: &str| {
        let requested_by = Requester { kind, name: "Alex Kim".into() };
        User { reset: Some(Reset { requested_by, ..reset(ResetState::Sent) }), ..user(id, name, "jo@example.com") }
    };
    let people = vec![by(RequesterKind::Oneself, "2", "One"), by(RequesterKind::Admin, "3", "Two"), by(RequesterKind::Cli, "4", "Three")];
    let _server = at_the_table(people).await;
    for (name, part) in [("One", "on the login page"), ("Two", "by Alex Kim"), ("Three", "on the command line")] {
        let stage = row(name).await.query_selector("[title*='Asked for']").expect("a selector").expect("who asked");
        assert!(stage.get_attribute("title").is_some_and(|title| title.contains(part)), "{name}");
    }
}

#[wasm_bindgen_test]
async fn where_a_reset_cannot_work_it_says_why_and_offers_what_mends_it() {
    let people = vec![
        User { email: None, email_status: EmailStatus::Missing, ..user("2", "Ann None", "") },
        User { email_status: EmailStatus::Invalid, ..user("3", "Bea Typo", "bea@example") },
        User { email_status: EmailStatus::Bounced, ..user("4", "Cy Bounced", "cy@example.com") },
        User { status: Status::Disabled, ..user("5", "Di Abled", "di@example.com") },
    ];
    let _server = at_the_table(people).await;
    row_has_text("Ann None", "No email").await;
    row_has_text("Bea Typo", "Email not valid").await;
    row_has_text("Cy Bounced", "Mail bounced").await;
    row_has_text("Di Abled", "Account disabled").await;
    for button in ["Add email for Ann None", "Fix email for Bea Typo", "Fix email for Cy Bounced", "Reset password for Cy Bounced"] {
        get_by_role(Button(button)).await;
    }
    for button in ["Reset password for Ann None", "Reset password for Bea Typo", "Reset password for Di Abled"] {
        assert!(!is_present(Button(button)), "{button}");
    }
}

#[wasm_bindgen_test]
async fn it_searches_as_one_types_from_the_first_page() {
    let server = at_the_table(vec![sam()]).await;
    server.answers(LIST, 200, &page(vec![user("3", "Jørgen & Co", "jo@example.com")]));
    fill("Search users", " jø & co ").await;
    get_by_role(Button("Reset password for Jørgen & Co")).await;
    wait_until_gone(Button("Reset password for Sam Ortiz")).await;
    assert_eq!(server.hears(LIST, 2).await.search, "?filter=all&sort=name&search=j%C3%B8%20%26%20co");
    assert_eq!(value("Search users").await, " jø & co ");
}

#[wasm_bindgen_test]
async fn typing_on_asks_for_the_last_word_alone_and_a_late_answer_changes_nothing() {
    let server = at_the_table(vec![sam()]).await;
    server.answers(LIST, 200, &page(vec![user("3", "Too Late", "late@example.com")]));
    let late = server.hold(LIST);
    for typed in ["s", "sa", "sam"] {
        fill("Search users", typed).await;
    }
    assert_eq!(server.hears(LIST, 2).await.search, "?filter=all&sort=name&search=sam");

    server.answers(LIST, 200, &page(vec![user("4", "Just Right", "right@example.com")]));
    click_button("Disabled").await;
    get_by_role(Button("Reset password for Just Right")).await;
    late.release();
    server.has_answered(LIST).await;
    get_by_role(Button("Reset password for Just Right")).await;
    assert!(!is_present(Button("Reset password for Too Late")));
}

#[wasm_bindgen_test]
async fn a_search_that_finds_nobody_says_so_and_can_be_cleared() {
    let server = at_the_table(vec![sam()]).await;
    server.answers(LIST, 200, &page(vec![]));
    fill("Search users", "nobody").await;
    wait_for_text("No user matches “nobody”.").await;
    server.answers(LIST, 200, &page(vec![sam()]));
    click_button("Clear search").await;
    get_by_role(Button("Reset password for Sam Ortiz")).await;
    assert_eq!(value("Search users").await, "");
    assert_eq!(server.hears(LIST, 3).await.search, "?filter=all&sort=name");
}

#[wasm_bindgen_test]
async fn the_filters_are_one_group_with_one_pressed() {
    let server = at_the_table(vec![sam()]).await;
    let group = wait_until("the group", || select("[role=group]").pop()).await;
    assert_eq!(group.get_attribute("aria-label").as_deref(), Some("Filter"));
    let pressed = || {
        let buttons =
            select("[role=group] button").into_iter().filter(|button| button.get_attribute("aria-pressed").as_deref() == Some("true"));
        buttons.map(|button| text_of(&button)).collect::<Vec<_>>()
    };
    assert_eq!(pressed(), ["All"]);
    for (nth, (name, filter)) in
        [("No valid email", "no_valid_email"), ("Reset pending", "reset_pending"), ("Disabled", "disabled")].iter().enumerate()
    {
        click_button(name).await;
        assert_eq!(server.hears(LIST, nth + 2).await.search, format!("?filter={filter}&sort=name"));
        wait_until("one pressed", || (pressed() == [*name]).then_some(())).await;
    }
    server.answers(LIST, 200, &page(vec![]));
    click_button("Reset pending").await;
    wait_for_text("No user is in this list.").await;
    server.answers(LIST, 200, &page(vec![sam()]));
    click_button("Show all users").await;
    get_by_role(Button("Reset password for Sam Ortiz")).await;
    wait_until("all pressed", || (pressed() == ["All"]).then_some(())).await;
}

#[wasm_bindgen_test]
async fn a_column_head_sorts_one_way_and_then_the_other() {
    let server = at_the_table(vec![sam()]).await;
    assert_eq!(sort_of("Name").as_deref(), Some("ascending"));
    assert_eq!(sort_of("Role"), None, "this one cannot be sorted by");
    for (nth, (column, sort, order)) in [
        ("Name", "-name", "descending"),
        ("Email", "email", "ascending"),
        ("Extension", "extension", "ascending"),
        ("Last login", "last_login", "ascending"),
        ("Last login", "-last_login", "descending"),
    ]
    .into_iter()
    .enumerate()
    {
        click_button(column).await;
        assert_eq!(server.hears(LIST, nth + 2).await.search, format!("?filter=all&sort={sort}"));
        wait_until(order, || (sort_of(column).as_deref() == Some(order)).then_some(())).await;
    }
    assert_eq!(sort_of("Name").as_deref(), Some("none"));
}

#[wasm_bindgen_test]
async fn one_page_leads_to_the_next_and_back() {
    let turn = |next: Option<&str>, previous: Option<&str>, name: &str| UserPage {
        next_cursor: next.map(str::to_owned),
        previous_cursor: previous.map(str::to_owned),
        total: 1234,
        total_is_exact: true,
        ..page(vec![user("2", name, "jo@example.com")])
    };
    let server = at_the_table(vec![]).await;
    server.answers(LIST, 200, &turn(Some("a+b"), None, "First Page"));
    click_button("Email").await;
    row("First Page").await;
    wait_for_text("1,234 users").await;
    becomes_disabled(Button("Previous page"), true).await;
    server.answers(LIST, 200, &turn(None, Some("c"), "Second Page"));
    click_button("Next page").await;
    row("Second Page").await;
    assert_eq!(server.hears(LIST, 3).await.search, "?filter=all&sort=email&cursor=a%2Bb");
    becomes_disabled(Button("Next page"), true).await;
    click_button("Previous page").await;
    assert_eq!(server.hears(LIST, 4).await.search, "?filter=all&sort=email&cursor=c");
}

#[wasm_bindgen_test]
async fn a_list_that_cannot_be_had_says_what_to_do() {
    let server = Server::for_person(admin());
    server.goes_offline(LIST);
    open("/settings/users").await;
    wait_for_alert("Check your connection, then try again").await;
    server.refuses(LIST, 500, "internal");
    click_button("Try again").await;
    wait_for_alert("Something went wrong on our side").await;
    server.answers(LIST, 200, &page(vec![sam()]));
    click_button("Try again").await;
    get_by_role(Button("Reset password for Sam Ortiz")).await;
    assert!(!has_alert());
}

#[wasm_bindgen_test]
async fn it_follows_what_the_server_tells_without_disturbing_anybody() {
    let server = at_the_table(vec![sam()]).await;
    wait_until("a listener", || server.has_listener().then_some(())).await;
    get_by_role(Button("Reset password for Sam Ortiz")).await.focus().expect("a button takes the focus");
    server.answers(LIST, 200, &page(vec![User { reset: Some(reset(ResetState::Opened)), ..sam() }]));
    server.sends_event_for(&["2"]);
    advance(1);
    row_has_text("Sam Ortiz", "Opened").await;
    is_focused(Button("Reset password for Sam Ortiz")).await;
}

#[wasm_bindgen_test]
async fn a_link_that_runs_out_shows_without_anybody_telling() {
    let sent = |state| User { reset: Some(Reset { expires_at: Some(in_seconds(60)), ..reset(state) }), ..sam() };
    let server = at_the_table(vec![sent(ResetState::Sent)]).await;
    row_has_text("Sam Ortiz", "Sent").await;
    server.answers(LIST, 200, &page(vec![User { reset: Some(reset(ResetState::Expired)), ..sam() }]));
    advance(62);
    row_has_text("Sam Ortiz", "Expired").await;
}

#[wasm_bindgen_test]
async fn a_quiet_update_that_fails_takes_nothing_away() {
    let server = at_the_table(vec![sam()]).await;
    wait_until("a listener", || server.has_listener().then_some(())).await;
    server.goes_offline(LIST);
    server.sends_event_for(&["2"]);
    advance(1);
    server.hears(LIST, 2).await;
    server.has_answered(LIST).await;
    get_by_role(Button("Reset password for Sam Ortiz")).await;
    assert!(!has_alert());
}

#[wasm_bindgen_test]
async fn after_a_reconnection_it_asks_for_what_was_missed() {
    let server = at_the_table(vec![sam()]).await;
    wait_until("a listener", || server.has_listener().then_some(())).await;
    server.answers(LIST, 200, &page(vec![User { reset: Some(reset(ResetState::Opened)), ..sam() }]));
    server.reconnects();
    next_frame().await;
    advance(3);
    row_has_text("Sam Ortiz", "Opened").await;
}

#[wasm_bindgen_test]
async fn while_the_server_refuses_to_tell_it_asks_by_itself_and_tries_again_to_listen() {
    let server = at_the_table(vec![sam()]).await;
    wait_until("a listener", || server.has_listener().then_some(())).await;
    server.answers(LIST, 200, &page(vec![User { reset: Some(reset(ResetState::Opened)), ..sam() }]));
    server.refuses_to_tell();
    assert!(!server.has_listener());
    next_frame().await;
    advance(4);
    row_has_text("Sam Ortiz", "Opened").await;
    wait_until("a listener", || server.has_listener().then_some(())).await;
}
