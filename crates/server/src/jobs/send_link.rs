//! A reset's mail: draws the link's secret when the mail leaves, and writes down what became of it.

use super::outbox::{self, Claim};
use super::send::{Cause, Done, GIVE_UP, Outcome, deliver, judge};
use crate::address::Address;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::auth::limit::{self, Scope};
use crate::mail::letter::{Envelope, Letter};
use crate::metrics;
use crate::reset::{self, Kind, ResetTimestamps, link};
use crate::store::{Conn, Result};
use rekey_wire::users::{RequesterKind, ResetState};
use sqlx::{AssertSqlSafe, Row};

/// How long a mail over the limit of all mails waits before it asks again, milliseconds.
const LONGEST_HOLD: i64 = outbox::HORIZON / 2;

/// A mail that a reset waits for.
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

/// Sends the mail, puts it off, or finds out that there is none to send.
pub(super) async fn send_link(app: &App, claim: &Claim, reset: i64) -> Done {
    let waiting = load(&mut *app.store.read().acquire().await?, reset).await?;
    let outcome = match &waiting {
        None => Outcome::Moot,
        Some(waiting) => attempt_link(app, claim, waiting).await?,
    };
    let now = app.now();
    let mut tx = app.store.begin_relaxed().await?;
    if let Outcome::Later(at) = outcome {
        outbox::retry_at(&mut tx, claim, at).await?;
        tx.commit().await?;
        return Ok(());
    }
    let ended = match outcome {
        Outcome::Sent => outbox::finish_sent(&mut tx, claim).await?,
        Outcome::Lost => false,
        _ => outbox::finish(&mut tx, claim).await?,
    };
    // Where another worker has the job, or has ended it, it writes down how.
    if !ended {
        return Ok(());
    }
    if let Some(waiting) = &waiting {
        reset::lock_user(&mut tx, now, waiting.user.id).await?;
    }
    match (outcome, &waiting) {
        (Outcome::Sent, Some(waiting)) => {
            metrics::mail_sent();
            let sent = "UPDATE resets SET sent_at = $2 WHERE id = $1 AND sent_at IS NULL";
            sqlx::query(sent).bind(waiting.reset).bind(now).execute(&mut *tx).await?;
            let arrived = "UPDATE users SET email_status = 'ok' WHERE id = $1 AND address = $2 AND email_status = 'bounced'";
            sqlx::query(arrived).bind(waiting.user.id).bind(waiting.address.as_deref()).execute(&mut *tx).await?;
            audit::record(app, &mut tx, now, &Entry::new(Action::ResetMailed).subject(waiting.user.clone())).await?;
        }
        (Outcome::Failed(cause, why), Some(waiting)) => {
            metrics::mail_failed();
            fail(app, &mut tx, now, waiting, cause, &why).await?;
        }
        (_, _) => {}
    }
    tx.commit().await?;
    Ok(())
}

/// Where the mail goes, or why it is not to be sent.
fn addressee(claim: &Claim, waiting: &Waiting, now: i64) -> std::result::Result<Address, Outcome> {
    let state = waiting.marks.state(now);
    if !matches!(state, ResetState::Queued | ResetState::Opened | ResetState::Expired) || waiting.marks.sent_at.is_some() {
        return Err(Outcome::Moot);
    }
    let (true, Some(address)) = (waiting.active, &waiting.address) else { return Err(Outcome::Moot) };
    if now - claim.created_at > GIVE_UP {
        return Err(Outcome::Failed(Cause::GaveUp, "The mail server could not be reached for a day.".to_owned()));
    }
    Address::parse(address).map_err(|_| Outcome::Failed(Cause::GaveUp, "The address is not valid.".to_owned()))
}

async fn attempt_link(app: &App, claim: &Claim, waiting: &Waiting) -> crate::http::error::Result<Outcome> {
    let to = match addressee(claim, waiting, app.now()) {
        Ok(to) => to,
        Err(outcome) => return Ok(outcome),
    };
    // Older links stay valid until the mail server is there to take this one.
    if let Err(failure) = app.transport.ready().await {
        return Ok(judge(claim, app.now(), failure));
    }
    // On the disk before the mail leaves, with all that led to it: the link in a mail works.
    let mut tx = app.store.begin().await?;
    let now = app.now();
    if !outbox::renew(&mut tx, claim, now).await? {
        return Ok(Outcome::Lost);
    }
    let ttl = match waiting.kind {
        Kind::Reset => app.config.link_ttl,
        Kind::Welcome => app.config.invite_ttl,
    };
    if waiting.marks.expires_at.is_none() {
        if let Some(over) = limit::hit(app, &mut tx, Scope::Mail, now).await? {
            tx.rollback().await?;
            return Ok(Outcome::Later(over.ends_at.min(now + LONGEST_HOLD)));
        }
        let share = match waiting.by {
            RequesterKind::Oneself => Scope::Recipient(to.as_str()),
            RequesterKind::Admin | RequesterKind::Cli => Scope::RecipientByAdmin(to.as_str()),
        };
        if limit::hit(app, &mut tx, share, now).await?.is_some() {
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
            requested_by_admin: (waiting.by == RequesterKind::Admin).then(|| waiting.by_name.clone()),
        },
    };
    let envelope = Envelope { to, to_name: waiting.user.name.clone() };
    Ok(deliver(app, claim, &envelope, &letter).await)
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
