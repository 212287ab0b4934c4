//! Full disk: errors while it lasts, and recovery without a restart.

use crate::support::*;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Runs the program by a script, so that a write beyond the file size limit is an error, as on a full disk, and not a signal. It logs to no file.
fn with_file_limits(cli: Cli) -> Cli {
    let program = cli.command(&[]).get_program().to_owned();
    let script = format!("#!/bin/sh\ntrap '' XFSZ\nexec '{}' \"$@\" 2>/dev/null\n", Path::new(&program).display());
    let path = cli.write_file("rekey-with-file-limits", script);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("its mode is changed");
    cli.with_program(Path::new(&path))
}

/// Limits the size of files that the server may write; `None` removes the limit.
fn limit_files(server: &RekeyServer, bytes: Option<u64>) {
    let pid = i32::try_from(server.pid()).ok().and_then(Pid::from_raw);
    prlimit(pid, Resource::Fsize, Rlimit { current: bytes, maximum: None }).expect("a limit is set");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_19_after_a_full_disk_sqlite_writes_again_without_a_restart() {
    let cli = with_file_limits(Cli::on(Database::Sqlite).await);
    cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada", "--role", "admin"]);
    let server = cli.serve(&[]);
    let client = server.client();
    let forgot = async |n: usize| client.post("/api/password-resets", json!({"email": format!("jo{n}@example.com")})).await;
    let log_in = async || client.post("/api/session", json!({"email": "ada@example.com", "password": "not the password"})).await;
    forgot(0).await.expect(202);
    for round in 1..=3 {
        limit_files(&server, Some(0));
        for n in 0..3 {
            assert_eq!(forgot(10 * round + n).await.expect(503).code(), "unavailable");
            log_in().await.expect(503);
            client.get("/api/config").await.expect(200);
        }
        limit_files(&server, None);
        forgot(10 * round + 9).await.expect(202);
        assert!([401, 429].contains(&log_in().await.status));
    }
    cli.ok(&["audit", "verify"]);
}
