//! Pictures of the README. Every run writes them to cargo's target directory; `cargo xtask test --pictures` to `docs/pictures/`.

use std::path::PathBuf;
use std::{env, fs};

use rekey_e2e::{Page, TestApp};

use crate::subject;

/// Takes the picture `name`.
#[track_caller]
fn take(name: &str, page: &Page) {
    let folder = env::var_os("REKEY_PICTURES").map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    fs::create_dir_all(&folder).expect("a folder for the pictures");
    let picture = page.screenshot();
    // A blank page compresses to almost nothing.
    assert!(picture.len() > 6_000, "{name} shows nothing");
    fs::write(folder.join(name).with_extension("png"), picture).expect("a picture can be written");
}

#[test]
fn the_way_back_in_can_be_pictured() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    let page = app.visit("/login");
    page.resize(1000, 700);
    page.color_scheme("light");
    page.heading("Log in");
    take("login", &page);
    page.click_link("Forgot your password?");
    page.fill("Email", &jordan.email);
    page.resize(390, 760);
    take("forgot", &page);
    page.click_button("Send reset link");
    page.heading("Check your inbox");
    take("inbox", &page);
    let mail = app.mail(1, &jordan.email, subject::RESET);
    page.goto(&mail.reset_link());
    page.heading("Create a new password");
    page.fill("New password", "violet harbour");
    take("reset", &page);
    page.color_scheme("dark");
    take("reset-dark", &page);

    page.color_scheme("light");
    page.resize(760, 760);
    page.goto("about:blank");
    page.evaluate(&format!("document.documentElement.innerHTML = {}", serde_json::json!(mail.html())));
    take("mail", &page);
}

#[test]
fn the_users_table_can_be_pictured() {
    let app = TestApp::start();
    let said = app.cli.ok(&["demo", "--users", "40"]);
    let password = said.lines().find_map(|line| line.strip_prefix("password: ")).expect("`demo` prints the password").to_owned();
    let page = app.visit("/login");
    page.fill("Email", "admin@example.com");
    page.fill("Password", &password);
    page.click_button("Log in");
    page.heading("Users");
    page.resize(1280, 800);
    page.color_scheme("light");
    page.wait_for("document.querySelectorAll('tbody tr').length > 10");
    take("users", &page);
    page.color_scheme("dark");
    take("users-dark", &page);
    page.color_scheme("light");
    page.resize(390, 760);
    take("users-phone", &page);
}
