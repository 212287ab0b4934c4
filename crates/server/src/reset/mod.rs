//! Password resets, from the request to the new password. The timestamps in a reset's row determine its state; links are keys to it.

mod inspect;
pub mod link;
mod redeem;
mod renew;
mod report;
mod request;
mod state;

pub use inspect::{__path_inspect, inspect};
pub use redeem::{__path_redeem, redeem};
pub use renew::{__path_renew, renew};
pub use report::{__path_report, report};
pub use request::{__path_request, request};
pub use state::ResetTimestamps;

use crate::clock::millis;
use crate::jobs::outbox::{self, Job};
use crate::store::{Conn, Result, Store, number};
use rekey_wire::users::RequesterKind;
use sqlx::AssertSqlSafe;
use std::time::Duration;

/// How long links of an ended reset are kept, so that they can be distinguished from links that never existed.
pub const REMEMBER: Duration = Duration::from_secs(90 * 24 * 3600);

/// How long a mail is retried while the mail server is unreachable, milliseconds.
pub const GIVE_UP: i64 = 24 * 3_600_000;

/// The kind of reset: decides the mail and the lifetime of its link.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// "Reset your password".
    Reset,
    /// "Welcome: set your password".
    Welcome,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Welcome => "welcome",
        }
    }

    /// Parses the stored value.
    #[must_use]
    pub fn read(stored: &str) -> Self {
        if stored == "welcome" { Self::Welcome } else { Self::Reset }
    }
}

/// Parses the stored kind of requester; unknown values count as the user.
pub(crate) fn requester(stored: &str) -> RequesterKind {
    stored.parse().unwrap_or(RequesterKind::Oneself)
}

/// Locks a user's row by marking it as changed: the first statement of every transaction that changes resets. On PostgreSQL this serializes the
/// transactions on one user, which could otherwise deadlock.
///
/// # Errors
/// Database errors.
pub async fn lock_user(conn: &mut Conn, now: i64, user: i64) -> Result<()> {
    sqlx::query("UPDATE users SET changed_at = $2 WHERE id = $1").bind(user).bind(now).execute(conn).await.map(drop)
}

/// Inserts a reset. It becomes the user's newest, and cancels older ones whose mail has not been sent yet; links already sent stay valid until the
/// mail of this one is sent.
///
/// # Errors
/// Database errors.
pub async fn create(conn: &mut Conn, now: i64, user: i64, kind: Kind, by: RequesterKind, by_name: &str) -> Result<i64> {
    lock_user(conn, now, user).await?;
    insert(conn, now, user, kind, by, by_name).await
}

/// Result of [`create_and_enqueue`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Enqueued {
    /// The new reset.
    Reset(i64),
    /// Nothing: a mail requested by an admin or an invitation is pending, and serves as well. Otherwise any stranger could cancel it, or shorten the
    /// lifetime of its link.
    Awaited,
    /// Nothing: the account was disabled or lost its address meanwhile.
    Unreachable,
}

/// Like [`create`], and enqueues the mail.
///
/// # Errors
/// Database errors.
pub async fn create_and_enqueue(conn: &mut Conn, now: i64, user: i64, kind: Kind, by: RequesterKind, by_name: &str) -> Result<Enqueued> {
    // Locks the row like [`lock_user`]: the account cannot be disabled before this is committed.
    let reachable = "UPDATE users SET changed_at = $2 WHERE id = $1 AND status = 'active' AND address IS NOT NULL";
    if sqlx::query(reachable).bind(user).bind(now).execute(&mut *conn).await?.rows_affected() == 0 {
        return Ok(Enqueued::Unreachable);
    }
    if by == RequesterKind::Oneself && is_awaited(conn, now, user).await? {
        return Ok(Enqueued::Awaited);
    }
    let reset = insert(conn, now, user, kind, by, by_name).await?;
    outbox::put(conn, now, &Job::Link { reset }).await?;
    Ok(Enqueued::Reset(reset))
}

/// Returns whether a mail requested by somebody other than the owner has yet to be sent.
async fn is_awaited(conn: &mut Conn, now: i64, user: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM resets WHERE user_id = $1 AND by_kind <> 'self' AND sent_at IS NULL AND used_at IS NULL
         AND cancelled_at IS NULL AND failed_at IS NULL AND requested_at >= $2";
    Ok(sqlx::query(sql).bind(user).bind(now - GIVE_UP).fetch_optional(conn).await?.is_some())
}

async fn insert(conn: &mut Conn, now: i64, user: i64, kind: Kind, by: RequesterKind, by_name: &str) -> Result<i64> {
    sqlx::query(
        "UPDATE resets SET cancelled_at = $2 WHERE user_id = $1 AND expires_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL",
    )
    .bind(user)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    let row = sqlx::query("INSERT INTO resets (user_id, kind, requested_at, by_kind, by_name) VALUES ($1, $2, $3, $4, $5) RETURNING id")
        .bind(user)
        .bind(kind.as_str())
        .bind(now)
        .bind(<&str>::from(by))
        .bind(by_name)
        .fetch_one(&mut *conn)
        .await?;
    let reset = number(&row)?;
    sqlx::query("UPDATE users SET reset_id = $2, pending_until = $3 WHERE id = $1")
        .bind(user)
        .bind(reset)
        .bind(i64::MAX)
        .execute(conn)
        .await?;
    Ok(reset)
}

/// Cancels all resets of the user that are pending or have a valid link. Expired and failed ones keep their state.
///
/// # Errors
/// Database errors.
pub async fn cancel_open(conn: &mut Conn, now: i64, user: i64) -> Result<()> {
    // Also locks the row.
    sqlx::query("UPDATE users SET changed_at = $2, pending_until = NULL WHERE id = $1").bind(user).bind(now).execute(&mut *conn).await?;
    cancel_others(conn, now, user, 0).await
}

/// Cancels one reset if it is pending or has a valid link.
///
/// # Errors
/// Database errors.
pub async fn cancel(conn: &mut Conn, now: i64, user: i64, reset: i64) -> Result<()> {
    // Also locks the row.
    let newest = "UPDATE users SET changed_at = $2, pending_until = CASE WHEN reset_id = $3 THEN NULL ELSE pending_until END WHERE id = $1";
    sqlx::query(newest).bind(user).bind(now).bind(reset).execute(&mut *conn).await?;
    cancel_where(conn, now, user, "id = $3", reset).await
}

/// Cancels a reset whose mail is not sent because the user is unreachable: it was requested at the moment when the account was disabled or lost its
/// address.
///
/// # Errors
/// Database errors.
pub async fn cancel_unreachable(conn: &mut Conn, now: i64, user: i64, reset: i64) -> Result<()> {
    let sql = "SELECT 1 FROM users WHERE id = $1 AND (status <> 'active' OR address IS NULL)";
    match sqlx::query(sql).bind(user).fetch_optional(&mut *conn).await? {
        Some(_) => cancel(conn, now, user, reset).await,
        None => Ok(()),
    }
}

/// Deletes links minted more than [`REMEMBER`] ago and resets requested before that, except each user's newest reset, which the users table shows.
///
/// # Errors
/// Database errors.
pub async fn sweep(store: &Store, now: i64) -> Result<()> {
    let before = now - millis(REMEMBER);
    store.sweep("tokens", "token_hash", "minted_at < $1", before).await?;
    let forgotten = "requested_at < $1 AND NOT EXISTS (SELECT 1 FROM tokens WHERE reset_id = resets.id)
         AND NOT EXISTS (SELECT 1 FROM users WHERE users.id = resets.user_id AND users.reset_id = resets.id)";
    store.sweep("resets", "id", forgotten, before).await
}

/// Like [`cancel_open`], except for one reset.
async fn cancel_others(conn: &mut Conn, now: i64, user: i64, keep: i64) -> Result<()> {
    cancel_where(conn, now, user, "id <> $3", keep).await
}

/// Cancels the user's resets that are pending or have a valid link and match `which`; `reset` is its `$3`.
async fn cancel_where(conn: &mut Conn, now: i64, user: i64, which: &str, reset: i64) -> Result<()> {
    let sql = format!(
        "UPDATE resets SET cancelled_at = $2 WHERE user_id = $1 AND {which} AND used_at IS NULL AND cancelled_at IS NULL
         AND failed_at IS NULL AND (expires_at IS NULL OR expires_at >= $4)"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(user).bind(now).bind(reset).bind(crate::clock::whole_second(now)).execute(conn).await.map(drop)
}
