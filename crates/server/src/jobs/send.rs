//! One job of the queue, from its claim to its end.

use super::outbox::{self, Claim, Job};
use super::send_link::send_link;
use crate::address::Address;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::mail::compose::{Brand, compose};
use crate::mail::templates::{MailTemplate, Recipient};
use crate::mail::transport::{Delivery, FailureKind, SendError};
use crate::metrics;
use crate::reset::{self, Enqueued, Kind};
use crate::store::{Conn, Result};
use rekey_wire::users::RequesterKind;
use sqlx::Row;

/// Maximum delay between two attempts, milliseconds.
const MAX_BACKOFF: i64 = 30_000;
/// Delays before a mail is repeated that the mail server may already have, milliseconds: one for each repetition.
const UNCONFIRMED_DELAYS: [i64; 2] = [300_000, outbox::MAX_DELAY];
/// What is written down of a mail that was repeated in vain.
pub(super) const UNCONFIRMED: &str = "The mail server did not confirm that it took the mail.";
/// After so long the mail server is given up, milliseconds.
pub(super) const GIVE_UP: i64 = reset::GIVE_UP;

/// Result of an attempt.
pub(super) enum Outcome {
    /// The mail server took it.
    Sent,
    /// The mail server never said whether it took it, and it is not repeated any more.
    Unconfirmed,
    /// Nothing was to be done any more.
    Skipped,
    /// The lease ran out, and another worker has the job.
    LeaseLost,
    /// Try again.
    RetryAt {
        /// When (Unix milliseconds).
        at: i64,
        /// For [`Claim::deliveries`].
        deliveries: i64,
    },
    /// It will not work any more, and why, in words.
    Failed(Cause, String),
}

/// Why a mail will not be tried again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cause {
    /// The mail server knows no such address.
    NoSuchAddress,
    /// The mail server refused it for good, it was tried for too long, or there is nothing to send it to.
    GaveUp,
    /// The address has had its share.
    OverShare,
}

/// Does a job. What the database cannot take now, or a power cut takes back, is done again when the claim runs out: no step
/// of the queue waits for the disk but the one after which a mail with a link leaves (`send_link`).
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

pub(super) type Done = crate::http::error::Result<()>;

/// Finds out whose address it is, and queues the mail, holds it back, or does nothing. All of it is in the audit log.
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
    // When it was asked for, however long the job waited.
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

/// The user with this address, whether active, and until when self-service mails are held back.
async fn account(conn: &mut Conn, address: &str) -> Result<Option<(UserRef, bool, Option<i64>)>> {
    let row = sqlx::query("SELECT id, name, status, paused_until FROM users WHERE address = $1").bind(address).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let user_ref = UserRef { id: row.try_get(0)?, name: row.try_get(1)? };
    Ok(Some((user_ref, row.try_get::<&str, _>(2)? == "active", row.try_get(3)?)))
}

/// Tells an owner of what was done to the account, where mail to them went at that time. No limit of reset mails holds it
/// back: whoever did it could else see to it that nobody hears.
async fn send_notice(app: &App, claim: &Claim, user: i64, address: &str, template: &MailTemplate) -> Done {
    let row = sqlx::query("SELECT name FROM users WHERE id = $1").bind(user).fetch_optional(app.store.read()).await?;
    let outcome = match (row, Address::parse(address)) {
        _ if is_given_up(claim, app.now()) => Outcome::Failed(Cause::GaveUp, "The mail server could not be reached for a day.".to_owned()),
        (Some(row), Ok(address)) => attempt_notice(app, claim, Recipient { address, name: row.try_get(0)? }, template).await?,
        _ => Outcome::Skipped,
    };
    match &outcome {
        Outcome::Sent => metrics::mail_sent(),
        Outcome::Unconfirmed => tracing::warn!(user, template = template.name(), "a notice was handed over and never confirmed"),
        Outcome::Failed(_, why) => {
            metrics::mail_failed();
            tracing::warn!(user, why, template = template.name(), "a notice could not be delivered");
        }
        Outcome::Skipped | Outcome::LeaseLost | Outcome::RetryAt { .. } => {}
    }
    let mut tx = app.store.begin_relaxed().await?;
    match outcome {
        Outcome::RetryAt { at, deliveries } => outbox::retry_at(&mut tx, claim, at, deliveries).await?,
        Outcome::Sent => drop(outbox::finish_sent(&mut tx, claim).await?),
        Outcome::Failed(..) | Outcome::Unconfirmed | Outcome::Skipped => drop(outbox::finish(&mut tx, claim).await?),
        Outcome::LeaseLost => {}
    }
    tx.commit().await?;
    Ok(())
}

async fn attempt_notice(app: &App, claim: &Claim, recipient: Recipient, template: &MailTemplate) -> Result<Outcome> {
    if is_repeated_enough(claim) {
        return Ok(Outcome::Unconfirmed);
    }
    let delivery = match app.transport.open(&recipient.address).await {
        Ok(delivery) => delivery,
        Err(error) => return Ok(classify(claim, app.now(), error)),
    };
    let mut tx = app.store.begin_relaxed().await?;
    if !outbox::begin_delivery(&mut tx, claim, app.now()).await? {
        delivery.cancel();
        return Ok(Outcome::LeaseLost);
    }
    tx.commit().await?;
    Ok(deliver(app, claim, delivery, &recipient, template).await)
}

/// Writes the mail and hands it over.
pub(super) async fn deliver(app: &App, claim: &Claim, delivery: Delivery, recipient: &Recipient, template: &MailTemplate) -> Outcome {
    let Ok(mail) = compose(&Brand::from(&app.config), recipient, template) else {
        delivery.cancel();
        return Outcome::Failed(Cause::GaveUp, "The mail could not be written.".to_owned());
    };
    match delivery.send(&mail).await {
        Ok(()) => Outcome::Sent,
        Err(error) => classify(claim, app.now(), error),
    }
}

/// Whether the mail server was given a day.
pub(super) const fn is_given_up(claim: &Claim, now: i64) -> bool {
    now - claim.created_at > GIVE_UP
}

/// Whether the mail was handed over so often without an answer that one more would be a nuisance.
pub(super) const fn is_repeated_enough(claim: &Claim) -> bool {
    claim.deliveries > UNCONFIRMED_DELAYS.len() as i64
}

/// What follows from a failure: another attempt after 1, 2, 4, … 30 seconds, or after minutes where the mail may have
/// arrived, or the end.
pub(super) fn classify(claim: &Claim, now: i64, error: SendError) -> Outcome {
    let SendError { reason, kind } = error;
    let (delay, deliveries) = match kind {
        FailureKind::Mail => return Outcome::Failed(Cause::GaveUp, reason),
        FailureKind::Address => return Outcome::Failed(Cause::NoSuchAddress, reason),
        FailureKind::Temporary => (backoff(claim.attempts), claim.deliveries),
        FailureKind::Unconfirmed => match usize::try_from(claim.deliveries).ok().and_then(|made| UNCONFIRMED_DELAYS.get(made)) {
            Some(delay) => (*delay, claim.deliveries + 1),
            None => return Outcome::Unconfirmed,
        },
    };
    // What is tried again has no other end that an operator could watch.
    metrics::mail_failed();
    tracing::warn!(job = claim.id, attempt = claim.attempts, why = reason, "a mail could not be sent and will be tried again");
    Outcome::RetryAt { at: now + delay, deliveries }
}

fn backoff(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(5);
    1000_i64.checked_shl(doublings).map_or(MAX_BACKOFF, |delay| delay.min(MAX_BACKOFF))
}
