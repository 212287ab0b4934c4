//! One job of the queue, from its claim to its end.

use super::compose::{Brand, compose};
use super::letter::{Envelope, Letter};
use super::outbox::{self, Claim, Job};
use super::transport::Failure;
use crate::address::Address;
use crate::app::App;
use crate::audit::{Action, Entry, Party};
use crate::limit::Scope;
use crate::metrics;
use crate::reset::{self, Kind, Marks, link};
use crate::store::{Conn, Result};
use rekey_wire::users::{RequesterKind, ResetState};
use sqlx::{AssertSqlSafe, Row};
use std::time::Duration;

/// The longest an attempt may take: less than a claim holds.
const ATTEMPT: Duration = Duration::from_secs(30);
/// The longest wait between two attempts, milliseconds.
const LONGEST_WAIT: i64 = 30_000;
/// After so long the mail server is given up, milliseconds.
const GIVE_UP: i64 = 24 * 3_600_000;

/// What became of an attempt.
enum Outcome {
    /// The mail server took it.
    Sent,
    /// Nothing was to be done any more.
    Moot,
    /// Try again at this time (Unix milliseconds).
    Later(i64),
    /// It will not work any more, and why, in words.
    Failed(Cause, String),
}

/// Why a mail will not be tried again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cause {
    /// The mail server refused it for good.
    Refused,
    /// It was tried for too long, or there is nothing to send it to.
    GaveUp,
    /// The address has had its share.
    OverShare,
}

/// A mail that a reset waits for.
struct Waiting {
    reset: i64,
    kind: Kind,
    by: String,
    by_name: String,
    user: Party,
    address: Option<String>,
    active: bool,
    marks: Marks,
}

/// Does a job. What the database cannot take now is done again when the claim runs out.
pub(super) async fn process(app: App, claim: Claim) {
    let done = match &claim.job {
        Job::Forgot { address, ip } => forgot(&app, claim.id, address, ip).await,
        Job::Throttled { address, ip } => throttled(&app, claim.id, address, ip).await,
        Job::Link { reset } => send_link(&app, &claim, *reset).await,
        Job::Notice { user, address } => send_notice(&app, &claim, *user, address).await,
    };
    if let Err(error) = done {
        tracing::error!(job = claim.id, error = ?error.code(), "a job of the mail queue failed and will be tried again");
    }
}

type Done = crate::error::Result<()>;

/// Finds out whose address it is, and queues the mail, holds it back, or does nothing. All of it is in the audit log.
async fn forgot(app: &App, id: i64, address: &str, ip: &str) -> Done {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    if !outbox::finish(&mut tx, id).await? {
        return Ok(());
    }
    let account = account(&mut tx, address).await?;
    let requested = || Entry { ip: Some(ip.to_owned()), ..Entry::new(Action::ResetRequested) };
    let entry = match account {
        None => requested(),
        Some((user, false, _)) => requested().about(user).detail("Nothing was mailed: the account is disabled."),
        Some((user, true, Some(until))) if until > now => {
            let held = Entry { ip: Some(ip.to_owned()), ..Entry::new(Action::ResetThrottled) };
            held.about(user).detail("Held back: the owner reported a mail.")
        }
        Some((user, true, _)) => {
            reset::queue(&mut tx, now, user.id, Kind::Reset, RequesterKind::Oneself, &user.name).await?;
            requested().about(user)
        }
    };
    app.audit(&mut tx, now, &entry).await?;
    tx.commit().await?;
    app.wake_mail();
    Ok(())
}

async fn throttled(app: &App, id: i64, address: &str, ip: &str) -> Done {
    let mut tx = app.store.begin().await?;
    if outbox::finish(&mut tx, id).await? {
        let subject = account(&mut tx, address).await?.map(|(user, ..)| user);
        let entry = Entry { subject, ip: Some(ip.to_owned()), ..Entry::new(Action::ResetThrottled) };
        app.audit(&mut tx, app.now(), &entry).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The user with this address, whether active, and until when self-service mails are held back.
async fn account(conn: &mut Conn, address: &str) -> Result<Option<(Party, bool, Option<i64>)>> {
    let row = sqlx::query("SELECT id, name, status, paused_until FROM users WHERE address = $1").bind(address).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let party = Party { id: row.try_get(0)?, name: row.try_get(1)? };
    Ok(Some((party, row.try_get::<&str, _>(2)? == "active", row.try_get(3)?)))
}

async fn send_link(app: &App, claim: &Claim, reset: i64) -> Done {
    let waiting = load(&mut *app.store.read().acquire().await?, reset).await?;
    let outcome = match &waiting {
        None => Outcome::Moot,
        Some(waiting) => attempt_link(app, claim, waiting).await?,
    };
    let now = app.now();
    let mut tx = app.store.begin().await?;
    match (outcome, &waiting) {
        (Outcome::Later(at), _) => outbox::retry_at(&mut tx, claim.id, at).await?,
        (Outcome::Sent, Some(waiting)) => {
            metrics::mail_sent();
            reset::hold(&mut tx, now, waiting.user.id).await?;
            let sent = "UPDATE resets SET sent_at = $2 WHERE id = $1 AND sent_at IS NULL";
            sqlx::query(sent).bind(waiting.reset).bind(now).execute(&mut *tx).await?;
            let arrived = "UPDATE users SET email_status = 'ok' WHERE id = $1 AND address = $2 AND email_status = 'bounced'";
            sqlx::query(arrived).bind(waiting.user.id).bind(waiting.address.as_deref()).execute(&mut *tx).await?;
            outbox::finish(&mut tx, claim.id).await?;
            app.audit(&mut tx, now, &Entry::new(Action::ResetMailed).about(waiting.user.clone())).await?;
        }
        (Outcome::Failed(cause, why), Some(waiting)) => {
            metrics::mail_failed();
            fail(app, &mut tx, now, waiting, cause, &why).await?;
            outbox::finish(&mut tx, claim.id).await?;
        }
        (_, _) => {
            outbox::finish(&mut tx, claim.id).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn attempt_link(app: &App, claim: &Claim, waiting: &Waiting) -> crate::error::Result<Outcome> {
    let now = app.now();
    if !matches!(waiting.marks.state(now), ResetState::Queued | ResetState::Opened | ResetState::Expired) || waiting.marks.sent_at.is_some()
    {
        return Ok(Outcome::Moot);
    }
    let (true, Some(address)) = (waiting.active, &waiting.address) else { return Ok(Outcome::Moot) };
    if now - claim.created_at > GIVE_UP {
        return Ok(Outcome::Failed(Cause::GaveUp, "The mail server could not be reached for a day.".to_owned()));
    }
    let Ok(to) = Address::parse(address) else { return Ok(Outcome::Failed(Cause::GaveUp, "The address is not valid.".to_owned())) };
    // Older links stay valid until the mail server is there to take this one.
    if let Err(failure) = app.transport.ready().await {
        return Ok(judge(claim, now, failure));
    }
    let (ttl, first) = match waiting.kind {
        Kind::Reset => (app.config.link_ttl, waiting.marks.expires_at.is_none()),
        Kind::Welcome => (app.config.invite_ttl, waiting.marks.expires_at.is_none()),
    };
    let mut tx = app.store.begin().await?;
    if first {
        if let Some(over) = app.take(&mut tx, Scope::Mail, now).await? {
            tx.rollback().await?;
            return Ok(Outcome::Later(over.ends_at));
        }
        if app.take(&mut tx, Scope::Recipient(address), now).await?.is_some() {
            tx.rollback().await?;
            return Ok(Outcome::Failed(Cause::OverShare, "This address has had its share of reset mails for now.".to_owned()));
        }
    }
    // While the mail server was asked, a newer reset may have taken this one's place, or an admin changed the address.
    let Some(secret) = link::mint(&mut tx, now, ttl, waiting.reset, waiting.user.id).await? else { return Ok(Outcome::Moot) };
    tx.commit().await?;

    let secret = secret.reveal();
    let link = app.config.public_url.reset_link(&secret);
    let letter = match waiting.kind {
        Kind::Welcome => Letter::Welcome { link, ttl },
        Kind::Reset => Letter::ResetLink {
            link,
            not_me_link: app.config.public_url.not_me_link(&secret),
            ttl,
            requested_by_admin: (waiting.by == "admin").then(|| waiting.by_name.clone()),
        },
    };
    let envelope = Envelope { to, to_name: waiting.user.name.clone() };
    Ok(deliver(app, claim, &envelope, &letter).await)
}

async fn send_notice(app: &App, claim: &Claim, user: i64, address: &str) -> Done {
    let now = app.now();
    let row = sqlx::query("SELECT name FROM users WHERE id = $1").bind(user).fetch_optional(app.store.read()).await?;
    let outcome = match (row, Address::parse(address)) {
        _ if now - claim.created_at > GIVE_UP => Outcome::Moot,
        (Some(row), Ok(to)) => {
            let envelope = Envelope { to, to_name: row.try_get(0)? };
            deliver(app, claim, &envelope, &Letter::PasswordChanged { at: claim.created_at }).await
        }
        _ => Outcome::Moot,
    };
    let mut tx = app.store.begin().await?;
    match outcome {
        Outcome::Later(at) => outbox::retry_at(&mut tx, claim.id, at).await?,
        Outcome::Sent => {
            metrics::mail_sent();
            outbox::finish(&mut tx, claim.id).await?;
        }
        Outcome::Failed(_, why) => {
            metrics::mail_failed();
            tracing::warn!(user, why, "a notice of a changed password could not be delivered");
            outbox::finish(&mut tx, claim.id).await?;
        }
        Outcome::Moot => {
            outbox::finish(&mut tx, claim.id).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn deliver(app: &App, claim: &Claim, envelope: &Envelope, letter: &Letter) -> Outcome {
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
fn judge(claim: &Claim, now: i64, failure: Failure) -> Outcome {
    match failure {
        Failure::Refused(why) => Outcome::Failed(Cause::Refused, why),
        Failure::Temporary(why) => {
            let wait =
                1000_i64.checked_shl(u32::try_from(claim.attempts - 1).unwrap_or(0).min(5)).map_or(LONGEST_WAIT, |w| w.min(LONGEST_WAIT));
            tracing::warn!(job = claim.id, attempt = claim.attempts, why, "a mail could not be sent and will be tried again");
            Outcome::Later(now + wait)
        }
    }
}

async fn fail(app: &App, conn: &mut Conn, now: i64, waiting: &Waiting, cause: Cause, why: &str) -> Result<()> {
    reset::hold(conn, now, waiting.user.id).await?;
    sqlx::query("UPDATE resets SET failed_at = $2, detail = $3 WHERE id = $1")
        .bind(waiting.reset)
        .bind(now)
        .bind(why)
        .execute(&mut *conn)
        .await?;
    let bounced = "UPDATE users SET email_status = 'bounced' WHERE id = $1 AND address = $2";
    if cause == Cause::Refused {
        sqlx::query(bounced).bind(waiting.user.id).bind(waiting.address.as_deref()).execute(&mut *conn).await?;
    }
    sqlx::query("UPDATE users SET pending_until = NULL WHERE id = $1 AND reset_id = $2")
        .bind(waiting.user.id)
        .bind(waiting.reset)
        .execute(&mut *conn)
        .await?;
    let action = if cause == Cause::OverShare { Action::ResetThrottled } else { Action::ResetFailed };
    app.audit(conn, now, &Entry::new(action).about(waiting.user.clone()).detail(why)).await
}

async fn load(conn: &mut Conn, reset: i64) -> Result<Option<Waiting>> {
    let sql = format!(
        "SELECT r.id, r.kind, r.by_kind, r.by_name, u.id, u.name, u.address, u.status, {} FROM resets r JOIN users u ON u.id = r.user_id WHERE r.id = $1",
        Marks::COLUMNS
    );
    let Some(row) = sqlx::query(AssertSqlSafe(sql)).bind(reset).fetch_optional(conn).await? else { return Ok(None) };
    Ok(Some(Waiting {
        reset: row.try_get(0)?,
        kind: Kind::read(row.try_get(1)?),
        by: row.try_get(2)?,
        by_name: row.try_get(3)?,
        user: Party { id: row.try_get(4)?, name: row.try_get(5)? },
        address: row.try_get(6)?,
        active: row.try_get::<&str, _>(7)? == "active",
        marks: Marks::read(&row, 8)?,
    }))
}
