//! Bulk import of users from CSV.

use super::Cli;
use rekey_server::store::Store;
use sqlx::Row;
use std::fmt::Write;

/// Placeholder for the password hash of every imported user.
pub const OLD_HASH: &str = "the old hash";

/// Returns the address of the `n`th user.
pub fn bulk_address(n: usize) -> String {
    format!("owner{n}@example.com")
}

/// Returns the path of a CSV file with `count` users, whose names begin with `prefix`.
pub fn bulk_csv(cli: &Cli, prefix: &str, count: usize) -> String {
    let mut csv = "name,email\n".to_owned();
    for n in 0..count {
        writeln!(csv, "{prefix} {n},{prefix}{n}@example.com").expect("text");
    }
    cli.write_file(&format!("{prefix}.csv"), csv)
}

/// Imports active agents and returns their ids.
pub async fn import_bulk_users(cli: &Cli, store: &Store, count: usize) -> Vec<i64> {
    cli.ok(&["user", "import", &bulk_csv(cli, "owner", count)]);
    sqlx::query("UPDATE users SET password_hash = $1").bind(OLD_HASH).execute(store.write()).await.expect("updates");
    sqlx::query("SELECT id FROM users ORDER BY id").fetch_all(store.read()).await.expect("rows").iter().map(|row| row.get(0)).collect()
}
