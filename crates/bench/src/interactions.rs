//! Interactions on a slow phone's processor: what people click and type most, until the next frame.

use std::path::Path;

use rekey_e2e::{Browser, Page};

use crate::Result;
use crate::machine::Machine;
use crate::program::{Folder, Program};
use crate::report::{Report, verdict};

/// How many times slower than this machine the processor is.
const SLOWER: u32 = 4;
/// Users in the table.
const USERS: u32 = 10_000;
/// How often each is done.
const TIMES: usize = 7;
/// Goal for the median of each, in milliseconds.
const GOAL: f64 = 100.0;
/// Text typed into the search field.
const SEARCH: &str = "hassan";

/// Measures and reports.
pub(crate) fn measure(program: &Path, machine: Machine, report: &mut Report) -> Result<()> {
    let goal = machine.goal(GOAL);
    let folder = Folder::new();
    let program = Program::new(program, &folder.sqlite());
    let (password, _) = program.fill(USERS)?;
    let (server, _) = program.serve();
    let browser = Browser::start();
    let page = browser.new_context();
    page.measure_interactions(SLOWER);
    let how = format!(
        "Chromium, processor {SLOWER} times slower, {USERS} users; {TIMES} times each, median (least to most) of the Event Timing duration: from the event \
         to the next frame painted, in steps of 8 ms. Typing counts its slowest key. Goal: {goal:.0} ms."
    );
    report.section("Interactions on a slow phone", &how, &["interaction", "measured", "kept"]);

    page.goto(&format!("http://{}/login", server.host()));
    page.heading("Log in");
    page.wait_for("window.isHydrated === true");
    row(report, goal, "show password", &page, |page| {
        page.click_button("Show password");
        let longest = page.longest_interaction();
        page.click_button("Hide password");
        longest
    });
    page.fill("Email", "admin@example.com");
    page.fill("Password", &password);
    page.click_button("Log in");
    page.heading("Users");
    page.get_by_role("button", "Next page");
    row(report, goal, "type in the search", &page, |page| {
        page.get_by_label("Search users").click();
        let slowest = SEARCH.chars().fold(0.0, |slowest: f64, key| {
            page.press_key(&key.to_string());
            slowest.max(page.longest_interaction())
        });
        page.fill("Search users", "");
        page.get_by_role("button", "Reset password for Ada Admin");
        slowest
    });
    row(report, goal, "open the dialog", &page, |page| {
        page.click_button("Reset password for Ada Admin");
        let longest = page.longest_interaction();
        page.heading("Reset password for Ada Admin?");
        page.click_button("Cancel");
        page.wait_until_gone("heading", "Reset password for Ada Admin?");
        longest
    });
    row(report, goal, "sort", &page, |page| {
        page.click_button("Email");
        page.longest_interaction()
    });
    row(report, goal, "next page", &page, |page| {
        page.click_button("Next page");
        let longest = page.longest_interaction();
        page.get_by_role("button", "Previous page").wait_enabled();
        longest
    });
    Ok(())
}

/// Does it [`TIMES`] times; `interact` returns the longest duration.
fn row(report: &mut Report, goal: f64, name: &str, page: &Page, interact: impl Fn(&Page) -> f64) {
    let _ = page.longest_interaction();
    let mut longest: Vec<f64> = (0..TIMES).map(|_| interact(page)).collect();
    longest.sort_by(f64::total_cmp);
    let median = longest[TIMES / 2];
    let measured = format!("{median:.0} ms ({:.0}–{:.0})", longest[0], longest[TIMES - 1]);
    report.row(&[name.into(), measured, verdict(median <= goal).into()]);
}
