//! Mail worker: claims jobs from the queue, runs a few at once, renews their leases, and sweeps old rows.

use super::outbox::{self, Claim, Which};
use super::send;
use crate::app::App;
use crate::auth::{limit, session, throttle};
use crate::http::middleware::request_id;
use crate::reset;
use crate::store::Result;
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::{Id, JoinSet};
use tracing::Instrument;

/// Jobs at once, [slow](SLOW) ones apart: mail servers take few connections from one client.
const AT_ONCE: usize = 4;
/// Of them, jobs that failed before: however many mails the mail server makes heavy weather of, a new one finds room.
const RETRIES_AT_ONCE: usize = 3;
/// Jobs at once, slow ones included. Each may hold a connection to the mail server.
const MAX_JOBS: usize = 24;
/// Of them, jobs that failed before.
const MAX_RETRIES: usize = 12;
/// A job that takes longer waits for the mail server, which may take minutes to confirm a mail: it holds nobody else up.
/// Milliseconds.
const SLOW: i64 = 5_000;
/// How long a lease is left alone before it is renewed, milliseconds.
const RENEW_AFTER: i64 = outbox::LEASE / 4;
/// How often to look for what another process put in.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// The longest pause before new work begins.
const MAX_PAUSE: Duration = Duration::from_millis(150);
/// How long jobs that are under way may take when the program stops. The next start repeats what is cut short.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// How often to sweep, milliseconds.
const SWEEP: i64 = 3_600_000;

/// A job under way.
struct Running {
    claim: Claim,
    started_at: i64,
    renewed_at: i64,
}

/// The jobs under way.
#[derive(Default)]
struct Jobs {
    tasks: JoinSet<()>,
    running: HashMap<Id, Running>,
}

impl Jobs {
    fn start(&mut self, app: &App, claim: Claim, now: i64) {
        let span = tracing::info_span!("job", id = claim.id, request_id = claim.request_id.as_deref());
        let work = send::process(app.clone(), claim.clone()).instrument(span);
        let task = match claim.request_id.as_deref() {
            Some(id) => self.tasks.spawn(request_id::scope(id.into(), work)),
            None => self.tasks.spawn(work),
        };
        self.running.insert(task.id(), Running { claim, started_at: now, renewed_at: now });
    }

    /// How many more may be started, and how many of those may have failed before.
    fn room(&self, now: i64) -> (usize, usize) {
        let count = |wanted: &dyn Fn(&Running) -> bool| self.running.values().filter(|job| wanted(job)).count();
        let is_retry = |job: &Running| job.claim.attempts > 1;
        // One that seems to begin later began before the clock was set back.
        let is_quick = |job: &Running| (0..SLOW).contains(&(now - job.started_at));
        let free = AT_ONCE.saturating_sub(count(&is_quick)).min(MAX_JOBS.saturating_sub(self.running.len()));
        let retries = RETRIES_AT_ONCE.saturating_sub(count(&|job| is_quick(job) && is_retry(job)));
        (free, retries.min(MAX_RETRIES.saturating_sub(count(&is_retry))).min(free))
    }

    /// Waits until one has ended; for ever where there is none.
    async fn ended(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(Ok((task, ()))) => drop(self.running.remove(&task)),
            Some(Err(panic)) => {
                self.running.remove(&panic.id());
                tracing::error!("a job of the mail queue panicked; it is tried again when its lease has run out");
            }
            None => std::future::pending().await,
        }
    }

    /// Renews leases before they run out. Before anything is claimed, so that no job is claimed twice by this worker.
    async fn renew(&mut self, app: &App, now: i64) -> Result<()> {
        for job in self.running.values_mut().filter(|job| (now - job.renewed_at).abs() >= RENEW_AFTER) {
            let mut tx = app.store.begin_relaxed().await?;
            // The job finds out itself that its lease was lost.
            outbox::renew(&mut tx, &job.claim, now).await?;
            tx.commit().await?;
            job.renewed_at = now;
        }
        Ok(())
    }
}

/// Works until the app closes; then waits a while for the jobs that are under way.
pub async fn run(app: App) {
    let mut jobs = Jobs::default();
    let mut swept_at = i64::MIN;
    loop {
        let now = app.now();
        if now.saturating_sub(swept_at) >= SWEEP {
            swept_at = now;
            if let Err(error) = sweep(&app, now).await {
                tracing::error!(%error, "old rows could not be removed");
            }
        }
        match claim(&app, &mut jobs, now).await {
            Ok(claims) => claims.into_iter().for_each(|claim| jobs.start(&app, claim, now)),
            Err(error) => {
                tracing::error!(%error, "the mail queue could not be read");
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        }
        let has_room = jobs.room(now).0 > 0;
        tokio::select! {
            () = app.closed() => break,
            () = jobs.ended() => {}
            () = app.mail_woken(), if has_room => pause().await,
            () = app.clock.sleep_since(now, POLL_INTERVAL) => {}
        }
    }
    let finish = async { while jobs.tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_TIMEOUT, finish).await.is_err() {
        tracing::warn!("stopping although the mail server has not answered; what it may not have taken is repeated after the next start");
    }
}

/// Begins at no moment that whoever asked could foresee: otherwise the work for an address that somebody has would slow
/// down the very next request, and tell.
async fn pause() {
    let mut random = [0];
    // Without randomness nothing else works either; then the longest pause will do.
    let share = getrandom::fill(&mut random).map_or(u8::MAX, |()| random[0]);
    tokio::time::sleep(MAX_PAUSE * u32::from(share) / u32::from(u8::MAX)).await;
}

async fn claim(app: &App, jobs: &mut Jobs, now: i64) -> Result<Vec<Claim>> {
    jobs.renew(app, now).await?;
    let (free, retries) = jobs.room(now);
    let mut claims = outbox::claim(&app.store, now, Which::Due, retries).await?;
    claims.extend(outbox::claim(&app.store, now, Which::New, free - claims.len()).await?);
    Ok(claims)
}

/// Table by table, each for itself: nothing else is held up for long, and nobody waits for another in a circle.
async fn sweep(app: &App, now: i64) -> Result<()> {
    limit::sweep(&app.store, now).await?;
    throttle::sweep(&app.store, now).await?;
    session::sweep(app, now).await?;
    reset::sweep(&app.store, now).await
}
