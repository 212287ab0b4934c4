//! Takes jobs from the queue, a few at once, and sees that old rows are forgotten.

use super::outbox::{self, Claim};
use super::send;
use crate::app::App;
use crate::{limit, login, session};
use std::time::Duration;
use tokio::task::JoinSet;

/// Jobs at once: mail servers take few connections from one client.
const AT_ONCE: usize = 4;
/// How often to look for what another process put in, milliseconds.
const LOOK: i64 = 1000;
/// The longest pause before new work begins.
const LONGEST_PAUSE: Duration = Duration::from_millis(150);
/// How often to sweep, milliseconds.
const SWEEP: i64 = 3_600_000;
/// How long an ended reset's link is still told apart from what was never one, milliseconds.
const REMEMBER: i64 = 90 * 24 * 3_600_000;

/// Works until the app closes; then waits for what is under way.
pub async fn run(app: App) {
    let mut jobs = JoinSet::new();
    let mut swept_at = i64::MIN;
    loop {
        let now = app.now();
        if now.saturating_sub(swept_at) >= SWEEP {
            swept_at = now;
            if let Err(error) = sweep(&app, now).await {
                tracing::error!(%error, "old rows could not be removed");
            }
        }
        for claim in claim(&app, now, AT_ONCE - jobs.len()).await {
            jobs.spawn(send::process(app.clone(), claim));
        }
        tokio::select! {
            () = app.closed() => break,
            Some(_) = jobs.join_next() => {}
            () = app.mail_woken(), if jobs.len() < AT_ONCE => pause().await,
            () = app.clock.sleep_until(now + LOOK), if jobs.len() < AT_ONCE => {}
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

async fn claim(app: &App, now: i64, most: usize) -> Vec<Claim> {
    if most == 0 {
        return Vec::new();
    }
    match outbox::claim(&app.store, now, most).await {
        Ok(claims) => claims,
        Err(error) => {
            tracing::error!(%error, "the mail queue could not be read");
            tokio::time::sleep(Duration::from_secs(1)).await;
            Vec::new()
        }
    }
}

async fn sweep(app: &App, now: i64) -> crate::store::Result<()> {
    let mut tx = app.store.begin().await?;
    limit::sweep(&mut tx, now).await?;
    login::throttle::sweep(&mut tx, now).await?;
    session::sweep(app, &mut tx, now).await?;
    sqlx::query("DELETE FROM tokens WHERE minted_at < $1").bind(now - REMEMBER).execute(&mut *tx).await?;
    tx.commit().await
}
