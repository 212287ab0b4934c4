//! Takes jobs from the queue, a few at once, and sees that old rows are forgotten.

use super::outbox::{self, Claim, Which};
use super::send;
use crate::app::App;
use crate::auth::{limit, session, throttle};
use crate::reset;
use crate::store::Result;
use std::collections::HashSet;
use std::time::Duration;
use tokio::task::JoinSet;

/// Jobs at once: mail servers take few connections from one client.
const AT_ONCE: usize = 4;
/// Of them, jobs that failed before: however many mails the mail server makes heavy weather of, a new one finds room.
const AGAIN_AT_ONCE: usize = 3;
/// How often to look for what another process put in.
const LOOK: Duration = Duration::from_secs(1);
/// The longest pause before new work begins.
const LONGEST_PAUSE: Duration = Duration::from_millis(150);
/// How often to sweep, milliseconds.
const SWEEP: i64 = 3_600_000;

/// Works until the app closes; then waits for what is under way.
pub async fn run(app: App) {
    let mut jobs = JoinSet::new();
    // Those of them that failed before.
    let mut again = HashSet::new();
    let mut swept_at = i64::MIN;
    loop {
        let now = app.now();
        if now.saturating_sub(swept_at) >= SWEEP {
            swept_at = now;
            if let Err(error) = sweep(&app, now).await {
                tracing::error!(%error, "old rows could not be removed");
            }
        }
        let free = AT_ONCE.saturating_sub(jobs.len());
        for claim in claim(&app, now, free, free.min(AGAIN_AT_ONCE.saturating_sub(again.len()))).await {
            let failed_before = claim.attempts > 1;
            let task = jobs.spawn(send::process(app.clone(), claim));
            if failed_before {
                again.insert(task.id());
            }
        }
        tokio::select! {
            () = app.closed() => break,
            Some(ended) = jobs.join_next_with_id() => {
                again.remove(&ended.map_or_else(|panic| panic.id(), |(task, ())| task));
            }
            () = app.mail_woken(), if jobs.len() < AT_ONCE => pause().await,
            () = app.clock.sleep_since(now, LOOK), if jobs.len() < AT_ONCE => {}
        }
    }
    while jobs.join_next().await.is_some() {}
}

/// Begins at no moment that whoever asked could foresee: otherwise the work for an address that somebody has would slow
/// down the very next request, and tell.
async fn pause() {
    let mut dice = [0];
    // Without randomness nothing else works either; then the longest pause will do.
    let share = getrandom::fill(&mut dice).map_or(u8::MAX, |()| dice[0]);
    tokio::time::sleep(LONGEST_PAUSE * u32::from(share) / u32::from(u8::MAX)).await;
}

/// Up to `free` jobs, of which up to `again` may have failed before.
async fn claim(app: &App, now: i64, free: usize, again: usize) -> Vec<Claim> {
    let claims = async {
        let mut claims = outbox::claim(&app.store, now, Which::Due, again).await?;
        claims.extend(outbox::claim(&app.store, now, Which::New, free - claims.len()).await?);
        Ok::<_, sqlx::Error>(claims)
    };
    match claims.await {
        Ok(claims) => claims,
        Err(error) => {
            tracing::error!(%error, "the mail queue could not be read");
            tokio::time::sleep(Duration::from_secs(1)).await;
            Vec::new()
        }
    }
}

/// Table by table, each for itself: nothing else is held up for long, and nobody waits for another in a circle.
async fn sweep(app: &App, now: i64) -> Result<()> {
    limit::sweep(&app.store, now).await?;
    throttle::sweep(&app.store, now).await?;
    session::sweep(app, now).await?;
    reset::sweep(&app.store, now).await
}
