//! Reset links: minting one when its mail is sent, and validating one that is presented.

use super::{ResetTimestamps, cancel_others};
use crate::auth::secret::Secret;
use crate::clock::{millis, whole_second};
use crate::http::error::{ApiError, Result};
use crate::store::Conn;
use rekey_wire::problem::Code;
use rekey_wire::reset::Token;
use rekey_wire::users::ResetState;
use sqlx::AssertSqlSafe;
use std::time::Duration;

/// A link minted by this server.
#[derive(Debug, sqlx::FromRow)]
pub struct Link {
    /// The id of its reset.
    pub reset: i64,
    /// The id of the user.
    pub user: i64,
    /// The user's name.
    pub name: String,
    /// The user's current address.
    pub address: Option<String>,
    /// The account status, as stored.
    status: String,
    /// When the reset was requested (Unix milliseconds).
    pub requested_at: i64,
    /// The kind of requester, as stored.
    pub by_kind: String,
    /// The requester's name.
    pub by_name: String,
    /// Until when self-service mails are paused (Unix milliseconds).
    pub paused_until: Option<i64>,
    /// Last second in which this link is valid (Unix milliseconds).
    link_expires_at: i64,
    /// The timestamps of the reset; see [`Self::timestamps`].
    #[sqlx(flatten)]
    reset_timestamps: ResetTimestamps,
}

/// Mints a link's secret, valid from now for `ttl`. Links of the user's other resets become invalid; an earlier link of this reset, whose mail may
/// have arrived, keeps its own expiry. Returns `None` if the reset has ended meanwhile or a newer one was requested; the caller must then roll back.
///
/// # Errors
/// Database errors, or the system's random source failed.
pub async fn mint(conn: &mut Conn, now: i64, ttl: Duration, reset: i64, user: i64) -> Result<Option<Secret>> {
    let secret = Secret::draw()?;
    let expires_at = whole_second(now) + millis(ttl);
    // A newer reset has a mail of its own, which a late mail of an older reset must not supersede. (This also locks the row.)
    let newest = "UPDATE users SET pending_until = $2, changed_at = $4 WHERE id = $1 AND reset_id = $3";
    if sqlx::query(newest).bind(user).bind(expires_at).bind(reset).bind(now).execute(&mut *conn).await?.rows_affected() == 0 {
        return Ok(None);
    }
    let stands = "UPDATE resets SET expires_at = $2 WHERE id = $1 AND used_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL";
    if sqlx::query(stands).bind(reset).bind(expires_at).execute(&mut *conn).await?.rows_affected() == 0 {
        return Ok(None);
    }
    sqlx::query("INSERT INTO tokens (token_hash, reset_id, minted_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(secret.hash())
        .bind(reset)
        .bind(now)
        .bind(expires_at)
        .execute(&mut *conn)
        .await?;
    cancel_others(conn, now, user, reset).await?;
    Ok(Some(secret))
}

impl Link {
    /// Looks up a link by the hash of its secret.
    ///
    /// # Errors
    /// 410 `link_invalid` if there is no such link, whether or not the token is well-formed.
    pub async fn find(conn: &mut Conn, token: &Token) -> Result<Self> {
        let invalid = || ApiError::new(Code::LinkInvalid);
        // A malformed token is looked up as well, so that it takes as long as a well-formed one.
        let hash = Secret::parse(&token.0).map_or_else(|| Secret::hash_of_none(&token.0), |secret| secret.hash());
        let sql = format!(
            "SELECT r.id AS reset, u.id AS \"user\", u.name, u.address, u.status, u.paused_until, r.requested_at, r.by_kind, r.by_name,
             t.expires_at AS link_expires_at, {} FROM tokens t JOIN resets r ON r.id = t.reset_id JOIN users u ON u.id = r.user_id WHERE t.token_hash = $1",
            ResetTimestamps::COLUMNS
        );
        sqlx::query_as(AssertSqlSafe(sql)).bind(hash).fetch_optional(conn).await?.ok_or_else(invalid)
    }

    /// Returns whether the account is active.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == "active"
    }

    /// Returns the timestamps of the reset, with this link's own expiry.
    #[must_use]
    pub fn timestamps(&self) -> ResetTimestamps {
        ResetTimestamps { expires_at: Some(self.link_expires_at), ..self.reset_timestamps }
    }

    /// Returns why the link is not valid at `now` (Unix milliseconds), or `None` if it is.
    #[must_use]
    pub fn fault(&self, now: i64) -> Option<Code> {
        match self.timestamps().state(now) {
            ResetState::Used => Some(Code::LinkUsed),
            ResetState::Cancelled => Some(Code::LinkCancelled),
            // The mail server rejected the mail, but it may have arrived: its link is no longer valid.
            ResetState::Failed => Some(Code::LinkCancelled),
            ResetState::Expired => Some(Code::LinkExpired),
            ResetState::Opened | ResetState::Sent | ResetState::Queued => None,
        }
    }

    /// Returns [`Self::fault`] as an error.
    ///
    /// # Errors
    /// 410 `link_used`, `link_cancelled` or `link_expired`.
    pub fn must_work(&self, now: i64) -> Result<()> {
        self.fault(now).map_or(Ok(()), |code| Err(ApiError::new(code)))
    }
}
