//! The README's pictures. Every run takes them into cargo's target folder; `cargo xtask test --pictures` into `docs/pictures/`.

use std::path::PathBuf;
use std::{env, fs};

use rekey_e2e::{Page, Stage};

use crate::subject;

/// Takes the picture called `name`.
#[track_caller]
fn take(name: &str, page: &Page) {
    let folder = env::var_os("REKEY_PICTURES").map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    fs::create_dir_all(&folder).expect("a folder for the pictures");
    let picture = page.picture();
    // A blank page compresses to almost nothing.
    assert!(picture.len() > 6_000, "{name} shows nothing");
    fs::write(folder.join(name).with_extension("png"), picture).expect("a picture can be written");
}

#[test]
fn the_way_back_in_can_be_pictured() {
    let stage = Stage::set();
    let jordan = stage.agent("Jordan Lee", "jordan@example.com");
    let page = stage.visit("/login");
    page.size(1000, 700);
    page.colours("light");
    page.heading("Log in");
    take("login", &page);
    page.follow("Forgot your password?");
    page.fill("Email", &jordan.email);
    page.size(390, 760);
    take("forgot", &page);
    page.press("Send reset link");
    page.heading("Check your inbox");
    take("inbox", &page);
    let mail = stage.mail.letter(1, &jordan.email, subject::RESET);
    page.goto(&mail.reset_link());
    page.heading("Create a new password");
    page.fill("New password", "violet harbour");
    take("reset", &page);
    page.colours("dark");
    take("reset-dark", &page);

    page.colours("light");
    page.size(760, 760);
    page.goto("about:blank");
    page.evaluate(&format!("document.documentElement.innerHTML = {}", serde_json::json!(mail.html)));
    take("mail", &page);
}

#[test]
fn the_users_table_can_be_pictured() {
    let stage = Stage::set();
    let said = stage.rekey.program().run(["demo", "--users", "40"]);
    let password = said.lines().find_map(|line| line.strip_prefix("password: ")).expect("`demo` prints the password").to_owned();
    let page = stage.visit("/login");
    page.fill("Email", "admin@example.com");
    page.fill("Password", &password);
    page.press("Log in");
    page.heading("Users");
    page.size(1280, 800);
    page.colours("light");
    page.until("document.querySelectorAll('tbody tr').length > 10");
    take("users", &page);
    page.colours("dark");
    take("users-dark", &page);
    page.colours("light");
    page.size(390, 760);
    take("users-phone", &page);
}
