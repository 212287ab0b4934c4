//! Options as flags and as environment variables, valid and invalid.

use crate::support::*;
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::time::{Duration, Instant};

/// A variable, invalid values, and a word that the error message must contain in addition to the name.
const BAD: [(&str, &[&str], &str); 25] = [
    ("REKEY_LISTEN", &["8080", "127.0.0.1", "nowhere.example:80", "127.0.0.1:99999", "localhost:http"], "127.0.0.1:8080"),
    ("REKEY_PUBLIC_URL", &["http://reset.example.com", "http://10.0.0.1"], "https"),
    (
        "REKEY_PUBLIC_URL",
        &["reset.example.com", "ftp://localhost", "https://", "https://u:p@reset.example.com", "https://a.example/?x"],
        "https://",
    ),
    ("REKEY_PUBLIC_URL", &["https://example.com/reset"], "path"),
    ("REKEY_DATABASE_URL", &["rekey.db", "mysql://localhost/x", "sqlite://", "sqlite:rekey.db"], "sqlite://FILE"),
    ("REKEY_SMTP_URL", &["smpt://mail.example.com", "mail.example.com:25", "smtp://", "smtps://us%zzer:x@mail.example.com"], "smtps://"),
    ("REKEY_SMTP_URL", &["smtp://mail.example.com", "smtp://10.0.0.1:25", "smtp://[2001:db8::1]"], "?tls=required"),
    ("REKEY_SMTP_URL", &["smtp://mail.example.com?tls=optional", "smtp://localhost?tls=", "smtp://localhost?ssl=1"], "?tls=required"),
    ("REKEY_SMTP_URL", &["smtps://user@mail.example.com", "smtps://:secret@mail.example.com"], "user"),
    ("REKEY_MAIL_FROM", &["Squaretalk", "Squaretalk <no-reply>", "a@b.c, d@e.f", "<", "jürgen@example.com"], "no-reply@example.com"),
    ("REKEY_LOG", &["verbose", "inof", "rekey_server=debug,wran", "a=b=c"], "rekey_server=debug"),
    ("REKEY_BRAND", &["a\nb", "0123456789012345678901234567890123456789012345678901234567890"], "60"),
    ("REKEY_SUPPORT_EMAIL", &["help", "help@", "a@b.io,c@d.io"], "help@example.com"),
    ("REKEY_LINK_TTL", &["25h", "86401s", "2d"], "24h"),
    ("REKEY_LINK_TTL", &["0", "0s", "30", "-1m", "half an hour", "1w", "99999999999999999999h"], "30m"),
    ("REKEY_INVITE_TTL", &["25h", "0s", "soon"], "24h"),
    ("REKEY_PASSWORD_MIN_LENGTH", &["7", "0", "-8", "eight", "257", "8.5"], "8"),
    ("REKEY_RESEND_COOLDOWN", &["0", "60", "off", "1 minute"], "60s"),
    ("REKEY_LIMIT_FORGOT_PER_IP", &["30", "0/1m", "30/0s", "30/minute", "-1/1m", "none"], "30/1m"),
    ("REKEY_LIMIT_LOGIN_PER_IP", &["60", "60/", "/1m"], "off"),
    ("REKEY_LIMIT_MAIL", &["lots"], "off"),
    ("REKEY_LIMIT_MAIL_PER_RECIPIENT", &["20/day"], "off"),
    ("REKEY_TRUSTED_PROXIES", &["proxy.example.com", "10.0.0.0/33", "10.0.0.0/8;10.0.0.1", "*"], "10.0.0.0/8"),
    ("REKEY_SESSION_IDLE", &["0s", "ever"], "12h"),
    ("REKEY_LOG_FORMAT", &["xml", "JSON Lines"], "json"),
];

/// Returns the error message of a run, which must have ended with exit code 2.
#[track_caller]
fn complaint(output: &Output) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(!complaint.contains("panicked") && !complaint.contains("backtrace"), "{complaint}");
    complaint
}

/// Returns the findings of `doctor`, at least one of which must be a failure.
fn found_wrong(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// Returns the flag of a variable.
fn flag(variable: &str) -> String {
    variable.replace("REKEY_", "--").to_ascii_lowercase().replace('_', "-")
}

#[tokio::test]
async fn an_invalid_option_is_reported_in_one_sentence_that_names_it() {
    let cli = Cli::on(Database::Sqlite).await;
    for (variable, values, hint) in BAD {
        for value in values {
            let by_variable = complaint(&cli.command(&["doctor"]).env(variable, value).output().expect("runs"));
            let by_flag = cli.refused(&["doctor", &format!("{}={value}", flag(variable))]);
            assert_eq!(by_variable, by_flag, "{variable}={value}");
            assert_eq!(by_flag.trim_end().lines().count(), 1, "{by_flag}");
            assert!(by_flag.contains(variable) && by_flag.contains(&flag(variable)) && by_flag.contains(hint), "{value}: {by_flag}");
        }
    }
    for (flag, value) in [
        ("--log", "warn,rekey_server=debug,sqlx::query=off"),
        ("--smtp-url", "SMTP://LOCALHOST:1"),
        ("--mail-from", "Jürgen <no-reply@exämple.de>"),
    ] {
        cli.ok(&["migrate", "--database-url", "sqlite://other.db"]);
        let told = cli.run(&["doctor", flag, value, "--database-url", "sqlite://other.db"]);
        assert!(found_wrong(&told).contains("no active admin"), "{flag} {value}: {told:?}");
    }
    let secret = cli.refused(&["doctor", "--smtp-url", "smtp://user:hunter2@mail.example.com"]);
    assert!(!secret.contains("hunter2"), "{secret}");
    let both = cli.refused(&["doctor", "--secret-key-file", "key"]);
    assert!(both.contains("REKEY_SECRET_KEY_FILE") && both.contains("remove one"), "{both}");
    let file = cli.command(&["doctor"]).env("REKEY_SECRET_KEY", "").env("REKEY_SECRET_KEY_FILE", "nowhere").output().expect("runs");
    assert!(complaint(&file).contains("no such file"));
    assert!(cli.refused(&["doctor", "--secret-key", "fifteen letters"]).contains("at least 16"));
    assert!(!cli.path("rekey.db").exists(), "nothing was made");
}

#[tokio::test]
async fn a_flag_overrides_a_variable_and_an_empty_variable_counts_as_unset() {
    let cli = Cli::on(Database::Sqlite).await;
    let config = async |flags: &[&str]| -> Value {
        let program = cli.start(flags, &[]);
        program.client().get("/api/config").await.json()
    };
    let defaults = config(&[]).await;
    assert_eq!(
        defaults,
        serde_json::json!({"brand": "Squaretalk", "support_email": null, "password": {"min_length": 15, "max_length": 256},
            "resend_after_seconds": 60, "link_ttl_seconds": 1800})
    );
    let all = config(&[
        "--brand",
        "Ácme & Co",
        "--support-email",
        "help@example.com",
        "--link-ttl",
        "2s",
        "--password-min-length",
        "8",
        "--resend-cooldown",
        "0s",
    ]);
    assert_eq!(
        all.await,
        serde_json::json!({"brand": "Ácme & Co", "support_email": "help@example.com", "password": {"min_length": 8, "max_length": 256},
            "resend_after_seconds": 0, "link_ttl_seconds": 2})
    );
    let mut doctor = cli.command(&["doctor", "--link-ttl", "1h"]);
    doctor.env("REKEY_LINK_TTL", "25h");
    for empty in
        BAD.map(|(variable, ..)| variable).into_iter().filter(|variable| !["REKEY_LINK_TTL", "REKEY_DATABASE_URL"].contains(variable))
    {
        doctor.env(empty, if empty == "REKEY_BRAND" { " " } else { "" });
    }
    let told = found_wrong(&doctor.output().expect("runs"));
    assert!(told.contains("no active admin") && !told.contains("REKEY_"), "{told}");
}

#[tokio::test]
async fn help_names_every_variable() {
    let cli = Cli::on(Database::Sqlite).await;
    for line in [&["--help"][..], &["serve", "--help"], &["user", "import", "--help"]] {
        let help = cli.ok(line);
        for (variable, ..) in BAD {
            assert!(help.contains(variable) && help.contains(&flag(variable)), "{line:?}: {variable}");
        }
        for variable in ["REKEY_SESSION_MAX", "REKEY_REPORT_PAUSE", "REKEY_SECRET_KEY", "REKEY_SECRET_KEY_FILE", "REKEY_LOG"] {
            assert!(help.contains(variable), "{line:?}: {variable}");
        }
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_reported_as_such() {
    let cli = Cli::on(Database::Sqlite).await;
    let url = |path: &str| format!("sqlite://{}", cli.path(path).display());
    cli.write_file("letter.txt", "no database, but a letter of some length, so that it cannot be taken for an empty file");
    std::fs::create_dir(cli.path("folder")).expect("a folder");
    for path in ["nowhere/rekey.db", "folder", "letter.txt", "letter.txt/rekey.db"] {
        let mut command = cli.command(&["serve", "--listen", "127.0.0.1:0"]);
        let told = complaint(&command.env_remove("REKEY_SECRET_KEY").env("REKEY_DATABASE_URL", url(path)).output().expect("runs"));
        assert!(told.contains("database") && told.contains("REKEY_DATABASE_URL") && told.contains(path), "{path}: {told}");
        assert_eq!(told.trim_end().lines().count(), 1, "{told}");
    }
    let found: Vec<_> = std::fs::read_dir(cli.dir()).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(!found.contains(&"rekey.key".into()), "a key beside no database: {found:?}");
}

#[tokio::test]
async fn an_unreachable_postgresql_is_reported_at_once() {
    let cli = Cli::on(Database::Sqlite).await;
    let unused = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let began = Instant::now();
    let told = cli.refused(&["serve", "--database-url", &format!("postgres://rekey:hunter2@{unused}/rekey")]);
    assert!(told.contains("PostgreSQL cannot be reached") && told.contains("REKEY_DATABASE_URL") && !told.contains("hunter2"), "{told}");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    let mut keyless = cli.command(&["doctor", "--database-url", "postgres://127.0.0.1/rekey"]);
    assert!(complaint(&keyless.env_remove("REKEY_SECRET_KEY").output().expect("runs")).contains("REKEY_SECRET_KEY_FILE"));
}

#[tokio::test]
async fn the_local_inbox_answers_this_machine_alone() {
    let cli = Cli::on(Database::Sqlite).await;
    let program = cli.start(&["--trusted-proxies", "127.0.0.0/8"], &[]);
    let client = program.client();
    for path in ["/dev/inbox", "/dev/inbox.json"] {
        client.get(path).await.expect(200);
        let elsewhere = client.send(client.request("GET", path).header("x-forwarded-for", "203.0.113.9")).await;
        assert_eq!(elsewhere.status, 404, "{path} shows working links");
    }
    let mut public = cli.start(&["--public-url", "https://reset.example.com"], &[]);
    public.client().get("/dev/inbox").await.expect(404);
    public.kill();
    assert!(public.log().contains("mail reaches nobody"));
    assert!(found_wrong(&cli.run(&["doctor", "--public-url", "https://reset.example.com"])).contains("mail reaches nobody"));
}

#[tokio::test]
async fn a_restored_database_is_private_even_if_the_backup_was_not() {
    let cli = Cli::on(Database::Sqlite).await;
    cli.ok(&["user", "add", "--email", "ada@example.com", "--name", "Ada"]);
    cli.ok(&["backup", "backup.db"]);
    let mode = |name: &str| std::fs::metadata(cli.path(name)).expect("a file").permissions().mode() & 0o777;
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(cli.path("backup.db"), open).expect("its mode is changed");
    cli.ok(&["restore", "backup.db"]);
    assert_eq!((mode("rekey.db"), mode("backup.db")), (0o600, 0o644));
}
