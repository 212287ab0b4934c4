//! Backup and restore of the SQLite database, beside a running server.

use crate::queue::until;
use crate::support::*;
use rekey_server::store::{Location, Store};
use sqlx::Row;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Number of backups during concurrent writes.
const BACKUPS: usize = 4;

async fn keep_writing(client: Client, done: &AtomicBool, written: &AtomicUsize) {
    while !done.load(Ordering::Relaxed) {
        let n = written.fetch_add(1, Ordering::Relaxed);
        client.post("/api/password-resets", json!({"email": bulk_address(n % 50)})).await.expect(202);
    }
}

async fn text(file: &Path, sql: &'static str) -> String {
    let store = Store::inspect(file).await.expect("a database");
    let text = sqlx::query(sql).fetch_one(store.read()).await.expect("a row").get(0);
    store.close().await;
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_08_a_backup_under_writes_is_sound_and_private() {
    let cli = Cli::on(Database::Sqlite).await;
    let store = Store::open(&cli.location()).await.expect("opens");
    import_bulk_users(&cli, &store, 50).await;
    let program = cli.serve(&[]);
    let (done, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    let backups = async {
        for n in 0..BACKUPS {
            // A backup is fast: repeat it until a write occurred during it.
            for attempt in 0.. {
                let before = written.load(Ordering::Relaxed);
                let name = format!("backup{n}.db");
                // The file is private whatever the umask.
                let line = format!("rm -f {name}; umask 000; exec \"$0\" backup {name}");
                let mut command = by_way_of_a_shell(&cli, &line);
                let status = tokio::task::spawn_blocking(move || command.status().expect("the program runs")).await.expect("no panic");
                assert!(status.success());
                if written.load(Ordering::Relaxed) > before {
                    break;
                }
                assert!(attempt < 50, "nobody wrote meanwhile");
            }
        }
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(
        backups,
        keep_writing(program.client(), &done, &written),
        keep_writing(program.client(), &done, &written),
        keep_writing(program.client(), &done, &written),
    );
    for n in 0..BACKUPS {
        let file = cli.path(format!("backup{n}.db"));
        let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        for suffix in ["-wal", "-shm", "-journal"] {
            assert!(!Path::new(&format!("{}{suffix}", file.display())).exists(), "a backup is one file: {suffix}");
        }
        // Checked before the program opens it: one complete file without a WAL.
        let bytes = std::fs::read(&file).expect("a file");
        assert_eq!((&bytes[..16], &bytes[18..20]), (&b"SQLite format 3\0"[..], &[1, 1][..]), "no WAL");
        assert_eq!(text(&file, "PRAGMA integrity_check").await, "ok");
        assert_eq!(text(&file, "SELECT CAST(count(*) AS TEXT) FROM users").await, "50");
        let copy = Cli::at(&Location::Sqlite(file));
        assert!(copy.ok(&["audit", "verify"]).contains("intact"));
    }
    assert!(!program.log().contains("ERROR"), "{}", program.log());
}

/// A command that runs the program through a shell, as `$0`.
fn by_way_of_a_shell(cli: &Cli, line: &str) -> std::process::Command {
    let program = cli.command(&[]);
    let mut command = std::process::Command::new("/bin/sh");
    command.arg("-c").arg(line).arg(program.get_program()).current_dir(cli.dir());
    command.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

async fn is_signed_in(program: &RekeyServer, cookie: &str) -> bool {
    let client = program.client();
    client.set_cookie(cookie);
    client.get("/api/session").await.expect(200).json()["user"] != Value::Null
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_09_after_a_restore_links_and_sessions_of_before_are_dead() {
    let cli = Cli::on(Database::Sqlite).await;
    let smtp = SmtpServer::start();
    let url = smtp.url();
    let token = |link: String| link.trim().split_once("#token=").expect("a link").1.to_owned();
    let used_before = token(cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]));
    let used_since = token(cli.ok(&["user", "add", "--email", "bo@example.com", "--name", "Bo"]));
    let unused = token(cli.ok(&["user", "add", "--email", "cy@example.com", "--name", "Cy"]));
    let mut program = cli.serve(&[("REKEY_SMTP_URL", &url)]);
    let redeem = async |program: &RekeyServer, token: &str| {
        program.client().post("/api/password-resets/redeem", json!({"token": token, "password": PASSWORD})).await
    };
    let log_in = async |program: &RekeyServer, email: &str| {
        let client = program.client();
        client.post("/api/session", json!({"email": email, "password": PASSWORD})).await.expect(200);
        client.cookie().expect("a cookie")
    };
    redeem(&program, &used_before).await.expect(200);
    let session = log_in(&program, "ada@example.com").await;
    // Requested before the backup and still queued when it is made.
    smtp.set_behaviour(SmtpBehaviour::busy());
    program.client().post("/api/password-resets", json!({"email": "ada@example.com"})).await.expect(202);
    let store = Store::open(&cli.location()).await.expect("opens");
    until(&store, "SELECT count(*) FROM outbox WHERE kind = 'link' AND attempts > 0", 1).await;
    store.close().await;
    cli.ok(&["backup", "backup.db"]);

    redeem(&program, &used_since).await.expect(200);
    let since = log_in(&program, "bo@example.com").await;
    program.kill();
    smtp.set_behaviour(SmtpBehaviour::accept());
    let mails = smtp.mails().len();
    cli.ok(&["restore", "backup.db"]);
    let mode = std::fs::metadata(cli.path("rekey.db")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let program = cli.serve(&[("REKEY_SMTP_URL", &url)]);
    for (token, code) in [(&used_before, "link_used"), (&used_since, "link_cancelled"), (&unused, "link_cancelled")] {
        assert_eq!(redeem(&program, token).await.expect(410).code(), code);
    }
    for cookie in [&session, &since] {
        assert!(!is_signed_in(&program, cookie).await);
    }
    // Passwords are those of the backup: Ada's exists, Bo had none yet.
    assert!(is_signed_in(&program, &log_in(&program, "ada@example.com").await).await);
    program.client().post("/api/session", json!({"email": "bo@example.com", "password": PASSWORD})).await.expect(401);
    // A new link works, and the restored queue sends nothing.
    program.client().post("/api/password-resets", json!({"email": "bo@example.com"})).await.expect(202);
    let mail = smtp.wait_for_mail(|mail| mail.to == ["bo@example.com"] && mail.subject().starts_with("Reset")).await;
    redeem(&program, &mail.token()).await.expect(200);
    assert!(smtp.mails()[mails..].iter().all(|mail| mail.to == ["bo@example.com"]));
    assert!(cli.ok(&["audit", "verify"]).contains("intact"));
}

#[tokio::test]
async fn a_backup_is_no_upgrade_and_no_second_file_is_overwritten() {
    let cli = Cli::on(Database::Sqlite).await;
    cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
    let store = Store::open(&cli.location()).await.expect("opens");
    sqlx::query("DELETE FROM _sqlx_migrations").execute(store.write()).await.expect("deletes");
    cli.ok(&["backup", "backup.db"]);
    let steps = sqlx::query("SELECT count(*) FROM _sqlx_migrations").fetch_one(store.read()).await.expect("a count");
    assert_eq!(steps.get::<i64, _>(0), 0);
    let junk = cli.write_file("taken.db", "something else");
    assert!(cli.refused(&["backup", "taken.db"]).contains("exists already"));
    assert_eq!(std::fs::read_to_string(junk).expect("a file"), "something else");
}
