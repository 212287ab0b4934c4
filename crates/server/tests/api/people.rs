//! Many people at once, brought in as an operator does it.

use crate::shell::Shell;
use rekey_server::store::Store;
use sqlx::Row;
use std::fmt::Write;

/// What stands for the hash of everybody's password.
pub const OLD: &str = "the old hash";

/// The address of the `n`th.
pub fn address(n: usize) -> String {
    format!("owner{n}@example.com")
}

/// A file to import: so many lines, each with a name of its own.
pub fn file(shell: &Shell, who: &str, count: usize) -> String {
    let mut csv = "name,email\n".to_owned();
    for n in 0..count {
        writeln!(csv, "{who} {n},{who}{n}@example.com").expect("text");
    }
    shell.file(&format!("{who}.csv"), &csv)
}

/// Active agents, and their ids.
pub async fn add(shell: &Shell, store: &Store, count: usize) -> Vec<i64> {
    shell.ok(&["user", "import", &file(shell, "owner", count)]);
    sqlx::query("UPDATE users SET password_hash = $1").bind(OLD).execute(store.write()).await.expect("updates");
    sqlx::query("SELECT id FROM users ORDER BY id").fetch_all(store.read()).await.expect("rows").iter().map(|row| row.get(0)).collect()
}
