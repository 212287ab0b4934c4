//! Benchmark of a reset from the request to the new password, on both databases.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use rekey_testing::SmtpServer;
use serde_json::{Value, json};

use crate::Result;
use crate::calls::{Bare, forgot};
use crate::client::Client;
use crate::figures::Figures;
use crate::machine::Machine;
use crate::program::{Folder, Program};
use crate::report::{Report, verdict};

/// Number of queued mails, and of their links that are redeemed.
const MAILS: usize = 300;
const USED: usize = 40;
/// Links redeemed as a warm-up: each PostgreSQL connection plans a prepared statement five times.
const BEFORE: usize = 60;
/// The goal in milliseconds for a new password without its two hashes and one fsync.
const BESIDE: f64 = 2.0;
const SUBJECT: &str = "Reset your Squaretalk password";

/// Measures and reports.
pub(crate) fn measure(program: &Path, postgres: &str, machine: Machine, report: &mut Report) -> Result<()> {
    let goal = machine.goal(BESIDE);
    let how = format!(
        "{MAILS} people with an account ask at once; a mail server on this machine takes what comes. Then, after {BEFORE} others, {USED} of the links are used, in turn with \
         the bare argon2id call and with four kilobytes that are written and waited for until the disk has them, as a password is. A new password takes two hashes: it is compared \
         with the old one first. Goal: {goal:.1} ms beside them."
    );
    report.section(
        "A reset, from request to new password",
        &how,
        &["database", "requests", "mails", "a new password", "beside it", "kept"],
    );
    let folder = Folder::new();
    for (name, database) in [("SQLite", folder.sqlite()), ("PostgreSQL", postgres.to_owned())] {
        let smtp = SmtpServer::start();
        let mut program = Program::new(program, &database);
        program.set("REKEY_SMTP_URL", &smtp.url());
        let (password, _) = program.fill(1000)?;
        let (server, _) = program.serve();
        let mut admin = Client::log_in(server.host(), &password)?;
        let addresses = reachable(&mut admin)?;

        let began = Instant::now();
        for address in &addresses {
            forgot(&mut admin, address)?;
        }
        let asked = began.elapsed();
        let mails: Vec<_> = addresses.iter().map(|address| smtp.blocking_wait_for_mail(1, address, SUBJECT)).collect();
        let sent = began.elapsed();

        let (mut times, mut hashes, mut waits) = (Vec::new(), Vec::new(), Vec::new());
        let mut bare = Bare::new()?;
        let mut disk = File::create(folder.path().join(name))?;
        for mail in &mails[..BEFORE + USED] {
            hashes.push(bare.hash(&password)?);
            waits.push(written(&mut disk)?);
            let body = json!({ "token": mail.token(), "password": "violet harbour thirty lanterns" }).to_string();
            let answer = admin.send("POST", "/api/password-resets/redeem", &body)?;
            times.push(if answer.status == 200 {
                answer.took
            } else {
                return Err(format!("A link was answered {}.", answer.status).into());
            });
        }
        let [times, hashes, waits] = [times, hashes, waits].map(|all| Figures::new(all[BEFORE..].to_vec()));
        let more = times.median() - 2.0 * hashes.median() - waits.median();
        let a_second = |time: Duration| format!("{:.0} a second", addresses.len() as f64 / time.as_secs_f64());
        report.row(&[
            name.into(),
            a_second(asked),
            a_second(sent),
            times.spread(),
            format!("bare hash: {}; the disk: {}; {more:+.2} ms", hashes.spread(), waits.spread()),
            verdict(more <= goal).into(),
        ]);
    }
    Ok(())
}

/// Returns the time to write and fsync 4 kB: a page of a database, or of its WAL.
fn written(file: &mut File) -> Result<Duration> {
    let began = Instant::now();
    file.write_all(&[0x5a; 4096])?;
    file.sync_data()?;
    Ok(began.elapsed())
}

/// Returns addresses of users who would get a link.
fn reachable(admin: &mut Client) -> Result<Vec<String>> {
    let mut addresses = Vec::new();
    let mut path = "/api/users?limit=100".to_owned();
    while addresses.len() < MAILS {
        let page = admin.get(&path)?.json()?;
        let items = page["items"].as_array().into_iter().flatten();
        let ok = items.filter(|user| user["email_status"] == "ok" && user["status"] == "active");
        addresses.extend(ok.filter_map(|user| user["email"].as_str().map(str::to_owned)));
        let Value::String(next) = &page["next_cursor"] else { break };
        path = format!("/api/users?limit=100&cursor={next}");
    }
    addresses.truncate(MAILS);
    Ok(addresses)
}
