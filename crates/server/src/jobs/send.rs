//! Job execution: dispatches a claimed job to its handler.

use super::attempt::{Done, GIVE_UP};
use super::notice::send_notice;
use super::outbox::{self, Claim, Job};
use super::send_link::send_link;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::mail::templates::MailTemplate;
use crate::reset::{self, Enqueued, Kind};
use crate::store::{Conn, Result};
use rekey_wire::users::RequesterKind;
use sqlx::Row;

/// Runs a job. After a database error or a power failure it is run again when the lease expires. No step of the queue waits for fsync except the one
/// right before a mail with a link is sent (`send_link`).
pub(super) async fn process(app: App, claim: Claim) {
    let done = match &claim.job {
        Job::Forgot { address, ip } => forgot(&app, &claim, address, ip).await,
        Job::Throttled { address, ip } => throttled(&app, &claim, address, ip).await,
        Job::Link { reset } => send_link(&app, &claim, *reset).await,
        Job::PasswordChanged { user, address } => {
            send_notice(&app, &claim, *user, address, &MailTemplate::PasswordChanged { at: claim.created_at }).await
        }
        Job::AddressChanged { user, address, by } => {
            let template = MailTemplate::AddressChanged { at: claim.created_at, admin: by.clone() };
            send_notice(&app, &claim, *user, address, &template).await
        }
    };
    match done {
        Ok(()) => {}
        Err(error) if app.now() - claim.created_at <= GIVE_UP => {
            tracing::error!(job = claim.id, error = ?error.code(), "a job of the mail queue failed and will be tried again");
        }
        Err(error) => {
            tracing::error!(job = claim.id, error = ?error.code(), "a job of the mail queue failed for a day and is given up");
            let _ = drop_job(&app, &claim).await;
        }
    }
}

async fn drop_job(app: &App, claim: &Claim) -> Result<()> {
    let mut tx = app.store.begin_relaxed().await?;
    outbox::finish(&mut tx, claim).await?;
    tx.commit().await
}

/// Looks the address up, and enqueues the mail, holds it back, or does nothing. Each outcome is in the audit log.
async fn forgot(app: &App, claim: &Claim, address: &str, ip: &str) -> Done {
    let now = app.now();
    let mut tx = app.store.begin_relaxed().await?;
    if !outbox::finish(&mut tx, claim).await? {
        return Ok(());
    }
    let account = account(&mut tx, address).await?;
    let requested = || Entry { ip: Some(ip.to_owned()), ..Entry::new(Action::ResetRequested) };
    let entry = match account {
        None => requested(),
        Some((user, false, _)) => requested().subject(user).detail("Nothing was mailed: the account is disabled."),
        Some((user, true, Some(until))) if until > now => {
            let held = Entry { ip: Some(ip.to_owned()), ..Entry::new(Action::ResetThrottled) };
            held.subject(user).detail("Held back: the owner reported a mail.")
        }
        Some((user, true, _)) => match reset::create_and_enqueue(&mut tx, now, user.id, Kind::Reset, RequesterKind::Oneself, &user.name)
            .await?
        {
            Enqueued::Reset(_) => requested().subject(user),
            Enqueued::Awaited => requested().subject(user).detail("Nothing more was mailed: a link that an admin asked for is on its way."),
            Enqueued::Unreachable => requested().subject(user).detail("Nothing was mailed: no mail can reach the account."),
        },
    };
    // The time of the request, regardless of how long the job waited.
    audit::record(app, &mut tx, claim.created_at, &entry).await?;
    tx.commit().await?;
    app.wake_mail();
    Ok(())
}

async fn throttled(app: &App, claim: &Claim, address: &str, ip: &str) -> Done {
    let mut tx = app.store.begin_relaxed().await?;
    if outbox::finish(&mut tx, claim).await? {
        let subject = account(&mut tx, address).await?.map(|(user, ..)| user);
        let entry = Entry { subject, ip: Some(ip.to_owned()), ..Entry::new(Action::ResetThrottled) };
        audit::record(app, &mut tx, claim.created_at, &entry).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Returns the user with this address, whether the account is active, and until when self-service mails are paused.
async fn account(conn: &mut Conn, address: &str) -> Result<Option<(UserRef, bool, Option<i64>)>> {
    let row = sqlx::query("SELECT id, name, status, paused_until FROM users WHERE address = $1").bind(address).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let user_ref = UserRef { id: row.try_get(0)?, name: row.try_get(1)? };
    Ok(Some((user_ref, row.try_get::<&str, _>(2)? == "active", row.try_get(3)?)))
}
