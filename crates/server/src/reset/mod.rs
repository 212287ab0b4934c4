//! A reset from the request to the new password. Its life is told by the times in its row; links are keys to it.

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

/// How long an ended reset's link is still told apart from what was never one.
pub const REMEMBER: Duration = Duration::from_secs(90 * 24 * 3600);

/// How long a mail server may be out of reach before a mail is given up, milliseconds.
pub const GIVE_UP: i64 = 24 * 3_600_000;

/// What the mail says, and how long its link lives.
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

    /// Reads what is stored.
    #[must_use]
    pub fn read(stored: &str) -> Self {
        if stored == "welcome" { Self::Welcome } else { Self::Reset }
    }
}

/// Who asked for a reset, as stored; unknown values count as the user.
pub(crate) fn requester(stored: &str) -> RequesterKind {
    stored.parse().unwrap_or(RequesterKind::Oneself)
}

/// Locks a user's row by marking it as changed: the first statement of every transaction that changes resets. On PostgreSQL
/// transactions on one user queue up here; elsewhere each could wait for what the other holds.
///
/// # Errors
/// Those of the database.
pub async fn lock_user(conn: &mut Conn, now: i64, user: i64) -> Result<()> {
    sqlx::query("UPDATE users SET changed_at = $2 WHERE id = $1").bind(user).bind(now).execute(conn).await.map(drop)
}

/// Writes down that a reset was asked for. It becomes the user's newest, and takes the place of older ones whose mail
/// has not left yet; links that are out already stay valid until this one's mail leaves.
///
/// # Errors
/// Those of the database.
pub async fn create(conn: &mut Conn, now: i64, user: i64, kind: Kind, by: RequesterKind, by_name: &str) -> Result<i64> {
    lock_user(conn, now, user).await?;
    insert(conn, now, user, kind, by, by_name).await
}

/// Result of [`create_and_enqueue`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Enqueued {
    /// The new reset.
    Reset(i64),
    /// Nothing: a mail that an admin or an invitation asked for is on its way, and does as well. Otherwise any stranger
    /// could cancel it, or shorten the life of its link.
    Awaited,
    /// Nothing: the account was disabled or lost its address meanwhile.
    Unreachable,
}

/// [`create`], and its mail into the queue.
///
/// # Errors
/// Those of the database.
pub async fn create_and_enqueue(conn: &mut Conn, now: i64, user: i64, kind: Kind, by: RequesterKind, by_name: &str) -> Result<Enqueued> {
    // Locks the row as [`lock_user`] does: from here on nobody disables the account before this is committed.
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

/// Whether a mail that somebody else than the owner asked for has still to leave.
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

/// Ends every reset of the user that is on its way or whose link works. One that expired or failed stays what it is.
///
/// # Errors
/// Those of the database.
pub async fn cancel_open(conn: &mut Conn, now: i64, user: i64) -> Result<()> {
    // Holds the row as well.
    sqlx::query("UPDATE users SET changed_at = $2, pending_until = NULL WHERE id = $1").bind(user).bind(now).execute(&mut *conn).await?;
    cancel_others(conn, now, user, 0).await
}

/// Ends one reset, if it is on its way or its link works.
///
/// # Errors
/// Those of the database.
pub async fn cancel(conn: &mut Conn, now: i64, user: i64, reset: i64) -> Result<()> {
    // Holds the row as well.
    let newest = "UPDATE users SET changed_at = $2, pending_until = CASE WHEN reset_id = $3 THEN NULL ELSE pending_until END WHERE id = $1";
    sqlx::query(newest).bind(user).bind(now).bind(reset).execute(&mut *conn).await?;
    cancel_where(conn, now, user, "id = $3", reset).await
}

/// Ends a reset whose mail is not sent because its user cannot be reached: it was asked for at the very moment in which the
/// account was disabled or lost its address.
///
/// # Errors
/// Those of the database.
pub async fn cancel_unreachable(conn: &mut Conn, now: i64, user: i64, reset: i64) -> Result<()> {
    let sql = "SELECT 1 FROM users WHERE id = $1 AND (status <> 'active' OR address IS NULL)";
    match sqlx::query(sql).bind(user).fetch_optional(&mut *conn).await? {
        Some(_) => cancel(conn, now, user, reset).await,
        None => Ok(()),
    }
}

/// Forgets links that were minted [`REMEMBER`] ago, and resets asked for before that, but for each user's newest, which the
/// users table shows.
///
/// # Errors
/// Those of the database.
pub async fn sweep(store: &Store, now: i64) -> Result<()> {
    let before = now - millis(REMEMBER);
    store.sweep("tokens", "token_hash", "minted_at < $1", before).await?;
    let forgotten = "requested_at < $1 AND NOT EXISTS (SELECT 1 FROM tokens WHERE reset_id = resets.id)
         AND NOT EXISTS (SELECT 1 FROM users WHERE users.id = resets.user_id AND users.reset_id = resets.id)";
    store.sweep("resets", "id", forgotten, before).await
}

/// [`cancel_open`] for all but one reset.
async fn cancel_others(conn: &mut Conn, now: i64, user: i64, keep: i64) -> Result<()> {
    cancel_where(conn, now, user, "id <> $3", keep).await
}

/// Ends those of the user's resets that are on their way or whose link works, and of which `which` holds; `reset` is its `$3`.
async fn cancel_where(conn: &mut Conn, now: i64, user: i64, which: &str, reset: i64) -> Result<()> {
    let sql = format!(
        "UPDATE resets SET cancelled_at = $2 WHERE user_id = $1 AND {which} AND used_at IS NULL AND cancelled_at IS NULL
         AND failed_at IS NULL AND (expires_at IS NULL OR expires_at >= $4)"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(user).bind(now).bind(reset).bind(crate::clock::whole_second(now)).execute(conn).await.map(drop)
}
