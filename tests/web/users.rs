//! The users table: finding somebody, and seeing how their reset is doing.

use crate::support::page::*;
use crate::support::people::{admin, page, reset, user};
use crate::support::server::{Server, advance, in_seconds};
use crate::support::tab::*;
use rekey_wire::users::{EmailStatus, Requester, RequesterKind, Reset, ResetState, Role, Status, User, UserPage};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

pub(crate) const LIST: &str = "GET /api/users";

/// The users screen, with these people in the table.
pub(crate) async fn at_the_table(people: Vec<User>) -> Server {
    let server = Server::for_person(admin());
    server.answers(LIST, 200, &page(people));
    open("/settings/users").await;
    heading("Users").await;
    until("an answer", || select("table[aria-busy=false]").pop()).await;
    server
}

pub(crate) fn sam() -> User {
    user("2", "Sam Ortiz", "sam@example.com")
}

/// What the row of `name` says.
async fn row(name: &str) -> HtmlElement {
    until(&format!("row of {name}"), || select("tbody tr").into_iter().find(|row| said(row).contains(name))).await
}

/// Waits until the row of `name` says `part`.
pub(crate) async fn row_says(name: &str, part: &str) {
    until(&format!("{name}: {part}"), || select("tbody tr").into_iter().find(|row| said(row).contains(name) && said(row).contains(part)))
        .await;
}

fn sort_of(column: &str) -> Option<String> {
    select("th[scope=col]").into_iter().find(|head| said(head) == column)?.get_attribute("aria-sort")
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
        row_says("Chris", part).await;
    }
    find(Button("Reset password for Chris <b>Young</b>")).await;
    says("1 user").await;
    let heads: Vec<String> = select("th[scope=col]").iter().map(|head| said(head)).collect();
    assert_eq!(heads, ["Name", "Email", "Extension", "Role", "Last login", "Password reset", "Actions"]);
    assert_eq!(server.hears(LIST, 1).await.search, "?filter=all&sort=name");
    assert_eq!(find(Link("Users")).await.get_attribute("aria-current").as_deref(), Some("page"));
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
        let chip = until("the chip", || select("tbody tr").get(at)?.query_selector(".chip").ok().flatten()).await;
        assert_eq!(said(&chip), *word);
    }
    row_says("Could not be delivered", "550 no such mailbox").await;
    row_says("Sam Ortiz", "–").await;
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
    row_says("Ann None", "No email").await;
    row_says("Bea Typo", "Email not valid").await;
    row_says("Cy Bounced", "Mail bounced").await;
    row_says("Di Abled", "Account disabled").await;
    for button in ["Add email for Ann None", "Fix email for Bea Typo", "Fix email for Cy Bounced", "Reset password for Cy Bounced"] {
        find(Button(button)).await;
    }
    for button in ["Reset password for Ann None", "Reset password for Bea Typo", "Reset password for Di Abled"] {
        assert!(!has(Button(button)), "{button}");
    }
}

#[wasm_bindgen_test]
async fn it_searches_as_one_types_from_the_first_page() {
    let server = at_the_table(vec![sam()]).await;
    server.answers(LIST, 200, &page(vec![user("3", "Jørgen & Co", "jo@example.com")]));
    fill("Search users", " jø & co ").await;
    find(Button("Reset password for Jørgen & Co")).await;
    gone(Button("Reset password for Sam Ortiz")).await;
    assert_eq!(server.hears(LIST, 2).await.search, "?filter=all&sort=name&search=j%C3%B8%20%26%20co");
    assert_eq!(value("Search users").await, " jø & co ");
}

#[wasm_bindgen_test]
async fn typing_on_asks_for_the_last_word_alone_and_a_late_answer_changes_nothing() {
    let server = at_the_table(vec![sam()]).await;
    server.answers(LIST, 200, &page(vec![user("3", "Too Late", "late@example.com")]));
    let late = server.holds(LIST);
    for typed in ["s", "sa", "sam"] {
        fill("Search users", typed).await;
    }
    assert_eq!(server.hears(LIST, 2).await.search, "?filter=all&sort=name&search=sam");

    server.answers(LIST, 200, &page(vec![user("4", "Just Right", "right@example.com")]));
    press("Disabled").await;
    find(Button("Reset password for Just Right")).await;
    late.arrives();
    server.has_answered(LIST).await;
    find(Button("Reset password for Just Right")).await;
    assert!(!has(Button("Reset password for Too Late")));
}

#[wasm_bindgen_test]
async fn a_search_that_finds_nobody_says_so_and_can_be_cleared() {
    let server = at_the_table(vec![sam()]).await;
    server.answers(LIST, 200, &page(vec![]));
    fill("Search users", "nobody").await;
    says("No user matches “nobody”.").await;
    server.answers(LIST, 200, &page(vec![sam()]));
    press("Clear search").await;
    find(Button("Reset password for Sam Ortiz")).await;
    assert_eq!(value("Search users").await, "");
    assert_eq!(server.hears(LIST, 3).await.search, "?filter=all&sort=name");
}

#[wasm_bindgen_test]
async fn the_filters_are_one_group_with_one_pressed() {
    let server = at_the_table(vec![sam()]).await;
    let group = until("the group", || select("[role=group]").pop()).await;
    assert_eq!(group.get_attribute("aria-label").as_deref(), Some("Filter"));
    let pressed = || {
        let buttons =
            select("[role=group] button").into_iter().filter(|button| button.get_attribute("aria-pressed").as_deref() == Some("true"));
        buttons.map(|button| said(&button)).collect::<Vec<_>>()
    };
    assert_eq!(pressed(), ["All"]);
    for (nth, (name, filter)) in
        [("No valid email", "no_valid_email"), ("Reset pending", "reset_pending"), ("Disabled", "disabled")].iter().enumerate()
    {
        press(name).await;
        assert_eq!(server.hears(LIST, nth + 2).await.search, format!("?filter={filter}&sort=name"));
        until("one pressed", || (pressed() == [*name]).then_some(())).await;
    }
    server.answers(LIST, 200, &page(vec![]));
    press("Reset pending").await;
    says("No user is in this list.").await;
    server.answers(LIST, 200, &page(vec![sam()]));
    press("Show all users").await;
    find(Button("Reset password for Sam Ortiz")).await;
    until("all pressed", || (pressed() == ["All"]).then_some(())).await;
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
        press(column).await;
        assert_eq!(server.hears(LIST, nth + 2).await.search, format!("?filter=all&sort={sort}"));
        until(order, || (sort_of(column).as_deref() == Some(order)).then_some(())).await;
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
    press("Email").await;
    row("First Page").await;
    says("1,234 users").await;
    becomes_disabled(Button("Previous page"), true).await;
    server.answers(LIST, 200, &turn(None, Some("c"), "Second Page"));
    press("Next page").await;
    row("Second Page").await;
    assert_eq!(server.hears(LIST, 3).await.search, "?filter=all&sort=email&cursor=a%2Bb");
    becomes_disabled(Button("Next page"), true).await;
    press("Previous page").await;
    assert_eq!(server.hears(LIST, 4).await.search, "?filter=all&sort=email&cursor=c");
}

#[wasm_bindgen_test]
async fn a_list_that_cannot_be_had_says_what_to_do() {
    let server = Server::for_person(admin());
    server.is_out_of_reach(LIST);
    open("/settings/users").await;
    alert("Check your connection, then try again").await;
    server.refuses(LIST, 500, "internal");
    press("Try again").await;
    alert("Something went wrong on our side").await;
    server.answers(LIST, 200, &page(vec![sam()]));
    press("Try again").await;
    find(Button("Reset password for Sam Ortiz")).await;
    assert!(!is_alarmed());
}

#[wasm_bindgen_test]
async fn it_follows_what_the_server_tells_without_disturbing_anybody() {
    let server = at_the_table(vec![sam()]).await;
    until("a listener", || server.is_listened_to().then_some(())).await;
    find(Button("Reset password for Sam Ortiz")).await.focus().expect("a button takes the focus");
    server.answers(LIST, 200, &page(vec![User { reset: Some(reset(ResetState::Opened)), ..sam() }]));
    server.tells_of(&["2"]);
    advance(1);
    row_says("Sam Ortiz", "Opened").await;
    is_focused(Button("Reset password for Sam Ortiz")).await;
}

#[wasm_bindgen_test]
async fn a_link_that_runs_out_shows_without_anybody_telling() {
    let sent = |state| User { reset: Some(Reset { expires_at: Some(in_seconds(60)), ..reset(state) }), ..sam() };
    let server = at_the_table(vec![sent(ResetState::Sent)]).await;
    row_says("Sam Ortiz", "Sent").await;
    server.answers(LIST, 200, &page(vec![User { reset: Some(reset(ResetState::Expired)), ..sam() }]));
    advance(62);
    row_says("Sam Ortiz", "Expired").await;
}

#[wasm_bindgen_test]
async fn a_quiet_update_that_fails_takes_nothing_away() {
    let server = at_the_table(vec![sam()]).await;
    until("a listener", || server.is_listened_to().then_some(())).await;
    server.is_out_of_reach(LIST);
    server.tells_of(&["2"]);
    advance(1);
    server.hears(LIST, 2).await;
    server.has_answered(LIST).await;
    find(Button("Reset password for Sam Ortiz")).await;
    assert!(!is_alarmed());
}

#[wasm_bindgen_test]
async fn after_a_reconnection_it_asks_for_what_was_missed() {
    let server = at_the_table(vec![sam()]).await;
    until("a listener", || server.is_listened_to().then_some(())).await;
    server.answers(LIST, 200, &page(vec![User { reset: Some(reset(ResetState::Opened)), ..sam() }]));
    server.reconnects();
    a_frame_is_drawn().await;
    advance(3);
    row_says("Sam Ortiz", "Opened").await;
}

#[wasm_bindgen_test]
async fn while_the_server_refuses_to_tell_it_asks_by_itself_and_tries_again_to_listen() {
    let server = at_the_table(vec![sam()]).await;
    until("a listener", || server.is_listened_to().then_some(())).await;
    server.answers(LIST, 200, &page(vec![User { reset: Some(reset(ResetState::Opened)), ..sam() }]));
    server.refuses_to_tell();
    assert!(!server.is_listened_to());
    a_frame_is_drawn().await;
    advance(4);
    row_says("Sam Ortiz", "Opened").await;
    until("a listener", || server.is_listened_to().then_some(())).await;
}
