//! Transfer size of the pages for a browser that accepts brotli, against `budgets.toml`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rekey_e2e::TestApp;

/// Returns the budget `name`.
fn budget(name: &str) -> usize {
    let text = fs::read_to_string(root().join("budgets.toml")).expect("budgets.toml is in the root of the checkout");
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let number = lines.filter(|(key, _)| key.trim() == name).map(|(_, number)| number.trim().replace('_', "")).next();
    number.and_then(|number| number.parse().ok()).expect("budgets.toml has every budget as a number")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the transfer sizes of `paths`, largest first, and their sum.
fn weigh<'a>(app: &TestApp, paths: impl IntoIterator<Item = &'a str>) -> (usize, String) {
    let mut sizes: Vec<(usize, &str)> = paths.into_iter().map(|path| (app.compressed_size(path), path)).collect();
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    let table: Vec<String> = sizes.iter().map(|(size, path)| format!("{size:>9}  {path}")).collect();
    (sizes.iter().map(|(size, _)| size).sum(), table.join("\n"))
}

#[test]
fn opening_a_page_before_the_login_stays_within_its_budget() {
    for (path, heading) in
        [("/login", "Log in"), ("/forgot-password", "Forgot your password?"), ("/reset-password#token=never", "This link is not valid")]
    {
        let app = TestApp::start();
        opening_stays_within_its_budget(&app, path, heading);
    }
}

fn opening_stays_within_its_budget(app: &TestApp, path: &str, heading: &str) {
    let page = app.visit(path);
    page.heading(heading);
    // More requests may follow until the app has started.
    page.wait_for("performance.getEntriesByType('resource').some(entry => entry.name.includes('/api/session'))");
    let own = page.requests().into_iter().filter_map(|address| address.strip_prefix(app.url("").as_str()).map(str::to_owned));
    let paths: BTreeSet<String> = own.filter(|path| !path.starts_with("/api/")).collect();
    let (sum, table) = weigh(app, paths.iter().map(String::as_str));
    assert!(paths.iter().any(|path| path.ends_with(".wasm")), "{table}");
    assert!(sum <= budget("first_load"), "{path}: {sum} bytes, the budget is {}:\n{table}", budget("first_load"));
}

#[test]
fn all_files_together_stay_within_their_budget() {
    let app = TestApp::start();
    let folders = fs::read_dir(root().join("dist")).expect("the pages are built into dist/").flatten();
    let files = folders.filter(|entry| entry.path().is_dir()).flat_map(|folder| {
        let files = fs::read_dir(folder.path()).expect("a folder can be listed").flatten();
        files.map(move |file| format!("/{}/{}", folder.file_name().display(), file.file_name().display()))
    });
    let paths: Vec<String> = files.collect();
    assert!(paths.iter().any(|path| path.ends_with(".wasm")), "the pages have not been built: {paths:?}");
    // HTML pages differ only in their prerendered screen: the largest represents all.
    let (sum, table) = weigh(&app, paths.iter().map(String::as_str).chain(["/reset-password"]));
    assert!(sum <= budget("whole_app"), "{sum} bytes, the budget is {}:\n{table}", budget("whole_app"));
}
