//! What holds of an import, whatever the file holds.

use super::import;
use crate::app::App;
use crate::cli::import::csv;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::number;
use proptest::prelude::*;
use proptest::test_runner::{Config as Trials, TestRunner};
use std::path::Path;

/// How many users and audit rows there are.
async fn counts(app: &App) -> (i64, i64) {
    let count = async |sql: &'static str| {
        let row = sqlx::query(sql).fetch_one(app.store.read()).await.expect("a count");
        number(&row).expect("a number")
    };
    (count("SELECT count(*) FROM users").await, count("SELECT count(*) FROM audit").await)
}

async fn check(app: &App, file: &[u8], path: &Path, skip_duplicates: bool) -> Result<(), TestCaseError> {
    let before = counts(app).await;
    let parsed = csv::parse(file);
    std::fs::write(path, file).expect("a file");
    let outcome = import(app, path, skip_duplicates).await;
    let after = counts(app).await;
    match outcome {
        Ok(imported) => {
            prop_assert!(parsed.broken.is_empty() && (skip_duplicates || imported.skipped == 0), "{:?} of {:?}", imported, parsed);
            prop_assert_eq!(imported.users + imported.skipped, parsed.rows.len() + parsed.duplicates.len());
            prop_assert_eq!(after, (before.0 + imported.users as i64, before.1 + i64::from(imported.users > 0)));
        }
        Err(stop) => {
            prop_assert_eq!(after, before, "half of a file was imported");
            prop_assert!(!stop.0.contains("canary"), "{}", stop.0);
        }
    }
    Ok(())
}

#[test]
fn all_of_a_file_is_imported_or_nothing() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let dir = rekey_testing::temp_dir();
    let database = format!("sqlite://{}", dir.path().join("rekey.db").display());
    let config = Config::from_flags(&["--database-url", &database]).expect("flags");
    let app = runtime.block_on(crate::cli::open(config, Clock::system())).expect("a database");
    // Every trial writes to disk.
    let mut runner = TestRunner::new(Trials { cases: 200, ..Trials::default() });
    let found = runner.run(&(csv::properties::any_file(), any::<bool>()), |(file, skip_duplicates)| {
        runtime.block_on(check(&app, &file, &dir.path().join("users.csv"), skip_duplicates))
    });
    assert_eq!(found.err().map(|error| error.to_string()), None);
}
