//! Supply chain check: licences, sources, duplicates and advisories of all crates in Cargo.lock, by cargo-deny and `deny.toml`.

use crate::setup::Tools;
use crate::shell::{self, Failure, Result};

/// Runs cargo-deny. Advisories are skipped with a message if their database cannot be fetched.
pub(crate) fn check(tools: &Tools) -> Result<()> {
    shell::run(tools.cargo_deny().args(["check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))?;
    let mut fetch = tools.cargo_deny();
    // A stalled network must not block the run.
    fetch.env("GIT_TERMINAL_PROMPT", "0").env("GIT_HTTP_LOW_SPEED_LIMIT", "1000").env("GIT_HTTP_LOW_SPEED_TIME", "20");
    if let Err(Failure(why)) = shell::capture(fetch.args(["fetch", "db"])) {
        let reason = why.lines().find(|line| line.starts_with("fatal:")).or_else(|| why.lines().last()).unwrap_or_default();
        println!("Advisories were not checked: their database cannot be fetched from here ({reason}).");
        return Ok(());
    }
    shell::run(tools.cargo_deny().args(["--offline", "check", "--hide-inclusion-graph", "advisories"]))
}

#[cfg(test)]
mod tests {
    use crate::workspace;
    use std::fs;

    #[test]
    fn unsafe_code_is_forbidden_in_every_crate_of_ours() {
        let text = |folder: &std::path::Path| fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        let root = workspace::root();
        assert!(text(root).contains("[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"));
        let crates = fs::read_dir(root.join("crates")).expect("a folder").map(|entry| entry.expect("an entry").path());
        let folders: Vec<_> = crates.chain([root.to_path_buf()]).collect();
        assert!(folders.len() >= 5, "{folders:?}");
        for folder in folders {
            assert!(text(&folder).contains("\n[lints]\nworkspace = true\n"), "{} goes without the workspace's lints", folder.display());
        }
    }
}
