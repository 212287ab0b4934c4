//! Benchmark of calls that hash or mail: forgot, login compared with the bare hash, and other calls during a flood of logins.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::Result;
use crate::client::Client;
use crate::figures::Figures;
use crate::machine::Machine;
use crate::program::{Folder, Program};
use crate::report::{Report, verdict};

/// "Forgot" requests per kind of address.
const FORGOTS: usize = 100;
/// Number of logins.
const LOGINS: usize = 60;
/// Calls per kind, with and without the flood.
const CALLS: usize = 150;
/// A line of `/metrics`.
const QUEUE_EMPTY: &[u8] = b"\nrekey_mail_queue 0\n";
/// Concurrent clients of the flood.
const FLOOD: usize = 16;
/// Goals in milliseconds: median of forgot, and of a login without its hash.
const FORGOT: f64 = 1.0;
const LOGIN: f64 = 2.0;

/// Measures and reports.
pub(crate) fn measure(program: &Path, machine: Machine, report: &mut Report) -> Result<()> {
    let folder = Folder::new();
    let program = Program::new(program, &folder.sqlite());
    let (password, _) = program.fill(1000)?;
    let (server, _) = program.serve();
    let mut admin = Client::log_in(server.host(), &password)?;
    let users = admin.get("/api/users?limit=100")?.json()?;
    let items = users["items"].as_array().cloned().unwrap_or_default();
    let reachable = items.iter().filter(|user| user["email_status"] == "ok" && user["status"] == "active");
    let known: Vec<String> = reachable.filter_map(|user| user["email"].as_str().map(str::to_owned)).collect();

    report.section("Forgot and login", "As a client on the same machine sees them; SQLite, 1000 users. Known and unknown addresses in turn, logins in turn with the bare argon2id call.", &["call", "measured", "beside it", "goal", "kept"]);
    let (forgot_goal, login_goal) = (machine.goal(FORGOT), machine.goal(LOGIN));
    // First with an idle queue; then without a pause, while the queue works.
    for (label, alone) in [("forgot, known address", true), ("forgot, known address, while the queue works", false)] {
        let (mut to_known, mut to_unknown) = (Vec::new(), Vec::new());
        for at in 0..FORGOTS {
            for (times, address) in [(&mut to_known, known[at % known.len()].clone()), (&mut to_unknown, format!("nobody{at}@example.com"))]
            {
                if alone {
                    idle(&mut admin)?;
                }
                times.push(forgot(&mut admin, &address)?);
            }
        }
        let (to_known, to_unknown) = (Figures::new(to_known), Figures::new(to_unknown));
        let kept = verdict(to_known.median() < forgot_goal && to_unknown.median() < forgot_goal);
        let (goal, kept) = if alone { (format!("{forgot_goal:.1} ms"), kept.into()) } else { Default::default() };
        report.row(&[label.into(), to_known.spread(), format!("unknown: {}", to_unknown.spread()), goal, kept]);
    }

    let (mut logins, mut hashes) = (Vec::new(), Vec::new());
    let mut bare = Bare::new()?;
    idle(&mut admin)?;
    let body = format!(r#"{{"email":"admin@example.com","password":"{password}"}}"#);
    for _ in 0..LOGINS {
        hashes.push(bare.hash(&password)?);
        let answer = admin.send("POST", "/api/session", &body)?;
        logins.push(if answer.status == 200 { answer.took } else { return Err("A login failed.".into()) });
    }
    let (logins, hashes) = (Figures::new(logins), Figures::new(hashes));
    let more = logins.median() - hashes.median();
    let goal = format!("hash + {login_goal:.1} ms");
    report.row(&[
        "login".into(),
        logins.spread(),
        format!("bare hash: {}; {more:+.2} ms", hashes.spread()),
        goal,
        verdict(more <= login_goal).into(),
    ]);
    flood(server.host(), &mut admin, report)
}

/// Waits until the job queue is empty.
fn idle(client: &mut Client) -> Result<()> {
    while !client.get("/metrics")?.body.windows(QUEUE_EMPTY.len()).any(|line| line == QUEUE_EMPTY) {
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Requests a reset link.
pub(crate) fn forgot(client: &mut Client, address: &str) -> Result<Duration> {
    let answer = client.send("POST", "/api/password-resets", &format!(r#"{{"email":"{address}"}}"#))?;
    if answer.status == 202 { Ok(answer.took) } else { Err(format!("Forgot was answered {}.", answer.status).into()) }
}

/// The bare hash, with the server's parameters and preallocated memory.
pub(crate) struct Bare {
    argon: Argon2<'static>,
    blocks: Vec<Block>,
}

impl Bare {
    pub(crate) fn new() -> Result<Self> {
        let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| error.to_string())?;
        let blocks = vec![Block::default(); params.block_count()];
        Ok(Self { argon: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), blocks })
    }

    pub(crate) fn hash(&mut self, password: &str) -> Result<Duration> {
        let began = Instant::now();
        let mut hash = [0; 32];
        let done = self.argon.hash_password_into_with_memory(password.as_bytes(), b"sixteen bytes of", &mut hash, &mut self.blocks);
        done.map_err(|error| error.to_string())?;
        Ok(began.elapsed())
    }
}

fn flood(host: &str, admin: &mut Client, report: &mut Report) -> Result<()> {
    let how = format!(
        "Each call {CALLS} times, first alone, then while {FLOOD} clients log in as fast as they are answered, wrongly, each time as somebody else."
    );
    report.section("Under a login flood", &how, &["call", "alone", "flooded", "flooded, p95", "ratio of medians"]);
    let paths = ["/healthz", "/login", "/api/config", "/api/session", "/api/users"];
    let alone = all(admin, &paths)?;
    let (over, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let flooders: Vec<_> = (0..FLOOD)
        .map(|_| {
            let (host, over, count) = (host.to_owned(), Arc::clone(&over), Arc::clone(&count));
            thread::spawn(move || {
                let Ok(mut client) = Client::connect(&host) else { return };
                while !over.load(Ordering::Relaxed) {
                    let who = count.fetch_add(1, Ordering::Relaxed);
                    let body = format!(r#"{{"email":"flood{who}@example.com","password":"not the password at all"}}"#);
                    if client.send("POST", "/api/session", &body).is_err() {
                        return;
                    }
                }
            })
        })
        .collect();
    let began = Instant::now();
    while count.load(Ordering::Relaxed) < 2 * FLOOD && began.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(10));
    }
    let flooded = all(admin, &paths);
    over.store(true, Ordering::Relaxed);
    for flooder in flooders {
        let _ = flooder.join();
    }
    for ((path, alone), flooded) in paths.iter().copied().chain(["forgot"]).zip(alone).zip(flooded?) {
        let ratio = format!("{:.1}", flooded.median() / alone.median());
        report.row(&[format!("`{path}`"), alone.spread(), flooded.spread(), format!("{:.2} ms", flooded.p95()), ratio]);
    }
    Ok(())
}

/// Measures all paths, and forgot.
fn all(client: &mut Client, paths: &[&str]) -> Result<Vec<Figures>> {
    let mut figures = Vec::new();
    for path in paths {
        let times: Result<Vec<Duration>> = (0..CALLS).map(|_| client.send("GET", path, "").map(|answer| answer.took)).collect();
        figures.push(Figures::new(times?));
    }
    let times: Result<Vec<Duration>> = (0..CALLS).map(|at| forgot(client, &format!("somebody{at}@example.com"))).collect();
    figures.push(Figures::new(times?));
    Ok(figures)
}
