//! One job of the queue, from its claim to its end.

use super::outbox::{self, Claim, Job};
use super::send_link::send_link;
use crate::address::Address;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::mail::compose::{Brand, compose};
use crate::mail::letter::{Envelope, Letter};
use crate::mail::transport::Failure;
use crate::metrics;
use crate::reset::{self, Kind};
use crate::store::{Conn, Result};
use rekey_wire::users::RequesterKind;
use sqlx::Row;
use std::time::Duration;

/// The longest an attempt may take: less than a claim holds.
const ATTEMPT: Duration = Duration::from_secs(30);
/// The longest wait between two attempts, milliseconds.
const LONGEST_WAIT: i64 = 30_000;
/// After so long the mail server is given up, milliseconds.
pub(super) const GIVE_UP: i64 = 24 * 3_600_000;

/// What became of an attempt.
pub(super) enum Outcome {
    /// The mail server took it.
    Sent,
    /// Nothing was to be done any more.
    Moot,
    /// The claim ran out, and another worker has the job.
    Lost,
    /// Try again at this time (Unix milliseconds).
    Later(i64),
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
        Job::Notice { user, address } => send_notice(&app, &claim, *user, address, &Letter::PasswordChanged { at: claim.created_at }).await,
        Job::AddressChanged { user, address, by } => {
            let letter = Letter::AddressChanged { at: claim.created_at, by: by.clone() };
            send_notice(&app, &claim, *user, address, &letter).await
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
        Some((user, true, _)) => {
            reset::create_and_enqueue(&mut tx, now, user.id, Kind::Reset, RequesterKind::Oneself, &user.name).await?;
            requested().subject(user)
        }
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
async fn send_notice(app: &App, claim: &Claim, user: i64, address: &str, letter: &Letter) -> Done {
    let row = sqlx::query("SELECT name FROM users WHERE id = $1").bind(user).fetch_optional(app.store.read()).await?;
    let outcome = match (row, Address::parse(address)) {
        _ if app.now() - claim.created_at > GIVE_UP => {
            Outcome::Failed(Cause::GaveUp, "The mail server could not be reached for a day.".to_owned())
        }
        (Some(row), Ok(to)) => {
            let mut tx = app.store.begin_relaxed().await?;
            let held = outbox::renew(&mut tx, claim, app.now()).await?;
            tx.commit().await?;
            let envelope = Envelope { to, to_name: row.try_get(0)? };
            match held {
                true => deliver(app, claim, &envelope, letter).await,
                false => Outcome::Lost,
            }
        }
        _ => Outcome::Moot,
    };
    if let Outcome::Failed(_, why) = &outcome {
        metrics::mail_failed();
        tracing::warn!(user, why, letter = letter.name(), "a notice could not be delivered");
    }
    if matches!(outcome, Outcome::Sent) {
        metrics::mail_sent();
    }
    let mut tx = app.store.begin_relaxed().await?;
    match outcome {
        Outcome::Later(at) => outbox::retry_at(&mut tx, claim, at).await?,
        Outcome::Sent => drop(outbox::finish_sent(&mut tx, claim).await?),
        Outcome::Failed(..) | Outcome::Moot => drop(outbox::finish(&mut tx, claim).await?),
        Outcome::Lost => {}
    }
    tx.commit().await?;
    Ok(())
}

/// Hands the mail over, if it can be written.
pub(super) async fn deliver(app: &App, claim: &Claim, envelope: &Envelope, letter: &Letter) -> Outcome {
    let mail = match compose(&Brand::from(&app.config), envelope, letter) {
        Ok(mail) => mail,
        Err(_) => return Outcome::Failed(Cause::GaveUp, "The mail could not be written.".to_owned()),
    };
    match tokio::time::timeout(ATTEMPT, app.transport.deliver(mail)).await {
        Ok(Ok(())) => Outcome::Sent,
        Ok(Err(failure)) => judge(claim, app.now(), failure),
        Err(_) => judge(claim, app.now(), Failure::Temporary("the mail server did not answer in time".to_owned())),
    }
}

/// Tries again after 1, 2, 4, … 30 seconds, or gives up.
pub(super) fn judge(claim: &Claim, now: i64, failure: Failure) -> Outcome {
    match failure {
        Failure::Refused(why) => Outcome::Failed(Cause::GaveUp, why),
        Failure::NoSuchAddress(why) => Outcome::Failed(Cause::NoSuchAddress, why),
        Failure::Temporary(why) => {
            let wait =
                1000_i64.checked_shl(u32::try_from(claim.attempts - 1).unwrap_or(0).min(5)).map_or(LONGEST_WAIT, |w| w.min(LONGEST_WAIT));
            tracing::warn!(job = claim.id, attempt = claim.attempts, why, "a mail could not be sent and will be tried again");
            Outcome::Later(now + wait)
        }
    }
}
