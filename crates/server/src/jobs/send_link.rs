//! Reset mail: generates the link's secret when the mail is sent, and records the outcome.

use super::attempt::{Cause, Done, Outcome, UNCONFIRMED, classify, deliver, is_given_up, is_repeated_enough};
use super::outbox::{self, Claim};
use crate::address::Address;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::auth::limit::{self, Scope};
use crate::mail::templates::{MailTemplate, Recipient};
use crate::metrics;
use crate::reset::{self, Kind, ResetTimestamps, link};
use crate::store::{Conn, Result};
use rekey_wire::users::{RequesterKind, ResetState};
use sqlx::{AssertSqlSafe, Row};

/// Maximum delay of a mail over the global limit, milliseconds.
const MAX_HOLD: i64 = outbox::MAX_DELAY / 2;

/// A reset whose mail is pending.
struct Waiting {
    reset: i64,
    kind: Kind,
    by: RequesterKind,
    by_name: String,
    user: UserRef,
    address: Option<String>,
    active: bool,
    marks: ResetTimestamps,
}

/// Sends the mail, delays it, or determines that there is nothing to send.
pub(super) async fn send_link(app: &App, claim: &Claim, reset: i64) -> Done {
    let waiting = load(&mut *app.store.read().acquire().await?, reset).await?;
    let outcome = match &waiting {
        None => Outcome::Skipped,
        Some(waiting) => attempt_link(app, claim, waiting).await?,
    };
    let now = app.now();
    let mut tx = app.store.begin_relaxed().await?;
    let ended = match &outcome {
        Outcome::RetryAt { at, deliveries } => {
            outbox::retry_at(&mut tx, claim, *at, *deliveries).await?;
            tx.commit().await?;
            return Ok(());
        }
        Outcome::Sent => outbox::finish_sent(&mut tx, claim).await?,
        Outcome::LeaseLost => false,
        Outcome::Unconfirmed | Outcome::Skipped | Outcome::Failed(..) => outbox::finish(&mut tx, claim).await?,
    };
    // If another worker has or ended the job, that worker records the outcome.
    if !ended {
        return Ok(());
    }
    if let Some(waiting) = &waiting {
        write_down(app, &mut tx, now, waiting, outcome).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Records the outcome of the job.
async fn write_down(app: &App, conn: &mut Conn, now: i64, waiting: &Waiting, outcome: Outcome) -> Done {
    reset::lock_user(conn, now, waiting.user.id).await?;
    match outcome {
        Outcome::Sent => {
            metrics::mail_sent();
            let arrived = "UPDATE users SET email_status = 'ok' WHERE id = $1 AND address = $2 AND email_status = 'bounced'";
            sqlx::query(arrived).bind(waiting.user.id).bind(waiting.address.as_deref()).execute(&mut *conn).await?;
            mark_sent(conn, now, waiting, None).await?;
            audit::record(app, conn, now, &Entry::new(Action::ResetMailed).subject(waiting.user.clone())).await?;
        }
        Outcome::Unconfirmed => {
            // The mail may have arrived, so its link has to be valid.
            mark_sent(conn, now, waiting, Some(UNCONFIRMED)).await?;
            audit::record(app, conn, now, &Entry::new(Action::ResetMailed).subject(waiting.user.clone()).detail(UNCONFIRMED)).await?;
        }
        Outcome::Failed(cause, why) => {
            metrics::mail_failed();
            fail(app, conn, now, waiting, cause, &why).await?;
        }
        Outcome::Skipped => reset::cancel_unreachable(conn, now, waiting.user.id, waiting.reset).await?,
        Outcome::LeaseLost | Outcome::RetryAt { .. } => {}
    }
    Ok(())
}

async fn mark_sent(conn: &mut Conn, now: i64, waiting: &Waiting, detail: Option<&str>) -> Result<()> {
    let sql = "UPDATE resets SET sent_at = $2, detail = $3 WHERE id = $1 AND sent_at IS NULL";
    sqlx::query(sql).bind(waiting.reset).bind(now).bind(detail).execute(conn).await.map(drop)
}

/// Returns the recipient, or the outcome if the mail must not be sent.
fn addressee(claim: &Claim, waiting: &Waiting, now: i64) -> std::result::Result<Address, Outcome> {
    if waiting.marks.sent_at.is_some() {
        return Err(Outcome::Skipped);
    }
    match waiting.marks.state(now) {
        // An unconfirmed mail whose link was opened has arrived.
        ResetState::Opened if claim.deliveries > 0 => return Err(Outcome::Sent),
        // Opened: the link was also printed. Expired: a late mail.
        ResetState::Queued | ResetState::Opened | ResetState::Expired => {}
        ResetState::Sent | ResetState::Failed | ResetState::Used | ResetState::Cancelled => return Err(Outcome::Skipped),
    }
    let (true, Some(address)) = (waiting.active, &waiting.address) else { return Err(Outcome::Skipped) };
    if is_given_up(claim, now) {
        return Err(Outcome::Failed(Cause::GaveUp, "The mail server could not be reached for a day.".to_owned()));
    }
    if is_repeated_enough(claim) {
        return Err(Outcome::Unconfirmed);
    }
    Address::parse(address).map_err(|_| Outcome::Failed(Cause::GaveUp, "The address is not valid.".to_owned()))
}

async fn attempt_link(app: &App, claim: &Claim, waiting: &Waiting) -> crate::http::error::Result<Outcome> {
    let to = match addressee(claim, waiting, app.now()) {
        Ok(to) => to,
        Err(outcome) => return Ok(outcome),
    };
    // Older links stay valid until the mail server is ready to accept this mail.
    let delivery = match app.transport.open(&to).await {
        Ok(delivery) => delivery,
        Err(error) => return Ok(classify(claim, app.now(), error)),
    };
    match mint(app, claim, waiting, &to).await? {
        Ok(template) => {
            let recipient = Recipient { address: to, name: waiting.user.name.clone() };
            Ok(deliver(app, claim, delivery, &recipient, &template).await)
        }
        Err(outcome) => {
            delivery.cancel();
            Ok(outcome)
        }
    }
}

/// Mints the link, unless the mail must not be sent now. Committed durably (fsync), with everything that led to it, before the mail is sent, so that
/// a link in a mail always works.
async fn mint(
    app: &App,
    claim: &Claim,
    waiting: &Waiting,
    to: &Address,
) -> crate::http::error::Result<std::result::Result<MailTemplate, Outcome>> {
    let mut tx = app.store.begin().await?;
    let now = app.now();
    if !outbox::begin_delivery(&mut tx, claim, now).await? {
        return Ok(Err(Outcome::LeaseLost));
    }
    // A mail that may have arrived counts against the limits, and so does its repetition.
    if waiting.marks.expires_at.is_none() || claim.deliveries > 0 {
        if let Some(over) = limit::hit(app, &mut tx, Scope::Mail, now).await? {
            tx.rollback().await?;
            return Ok(Err(Outcome::RetryAt { at: over.ends_at.min(now + MAX_HOLD), deliveries: claim.deliveries }));
        }
        let share = match waiting.by {
            RequesterKind::Oneself => Scope::Recipient(to.as_str()),
            RequesterKind::Admin | RequesterKind::Cli => Scope::RecipientByAdmin(to.as_str()),
        };
        if limit::hit(app, &mut tx, share, now).await?.is_some() {
            tx.rollback().await?;
            return Ok(Err(match claim.deliveries {
                0 => Outcome::Failed(Cause::OverShare, "This address has had its share of reset mails for now.".to_owned()),
                _ => Outcome::Unconfirmed,
            }));
        }
    }
    let ttl = match waiting.kind {
        Kind::Reset => app.config.link_ttl,
        Kind::Welcome => app.config.invite_ttl,
    };
    // While connecting to the mail server, a newer reset may have replaced this one, or an admin may have changed the address.
    let Some(secret) = link::mint(&mut tx, now, ttl, waiting.reset, waiting.user.id).await? else { return Ok(Err(Outcome::Skipped)) };
    tx.commit().await?;

    let secret = secret.reveal();
    let link = app.config.public_url.reset_link(&secret);
    Ok(Ok(match waiting.kind {
        Kind::Welcome => MailTemplate::Welcome { link, ttl },
        Kind::Reset => MailTemplate::ResetLink {
            link,
            not_me_link: app.config.public_url.not_me_link(&secret),
            ttl,
            requested_by_admin: (waiting.by == RequesterKind::Admin).then(|| waiting.by_name.clone()),
        },
    }))
}

async fn fail(app: &App, conn: &mut Conn, now: i64, waiting: &Waiting, cause: Cause, why: &str) -> Result<()> {
    sqlx::query("UPDATE resets SET failed_at = $2, detail = $3 WHERE id = $1")
        .bind(waiting.reset)
        .bind(now)
        .bind(why)
        .execute(&mut *conn)
        .await?;
    let bounced = "UPDATE users SET email_status = 'bounced' WHERE id = $1 AND address = $2";
    if cause == Cause::NoSuchAddress {
        sqlx::query(bounced).bind(waiting.user.id).bind(waiting.address.as_deref()).execute(&mut *conn).await?;
    }
    sqlx::query("UPDATE users SET pending_until = NULL WHERE id = $1 AND reset_id = $2")
        .bind(waiting.user.id)
        .bind(waiting.reset)
        .execute(&mut *conn)
        .await?;
    let action = if cause == Cause::OverShare { Action::ResetThrottled } else { Action::ResetFailed };
    audit::record(app, conn, now, &Entry::new(action).subject(waiting.user.clone()).detail(why)).await
}

async fn load(conn: &mut Conn, reset: i64) -> Result<Option<Waiting>> {
    let sql = format!(
        "SELECT r.id, r.kind, r.by_kind, r.by_name, u.id, u.name, u.address, u.status, {} FROM resets r JOIN users u ON u.id = r.user_id WHERE r.id = $1",
        ResetTimestamps::COLUMNS
    );
    let Some(row) = sqlx::query(AssertSqlSafe(sql)).bind(reset).fetch_optional(conn).await? else { return Ok(None) };
    Ok(Some(Waiting {
        reset: row.try_get(0)?,
        kind: Kind::read(row.try_get(1)?),
        by: reset::requester(row.try_get(2)?),
        by_name: row.try_get(3)?,
        user: UserRef { id: row.try_get(4)?, name: row.try_get(5)? },
        address: row.try_get(6)?,
        active: row.try_get::<&str, _>(7)? == "active",
        marks: ResetTimestamps::read(&row, 8)?,
    }))
}
