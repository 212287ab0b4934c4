//! Links: minting one when its mail leaves, and finding out what one that comes back is worth.

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

/// A link that this server minted.
#[derive(Debug, sqlx::FromRow)]
pub struct Link {
    /// The reset it is a key to.
    pub reset: i64,
    /// Whose password it sets.
    pub user: i64,
    /// Their name.
    pub name: String,
    /// Where mail to them goes now.
    pub address: Option<String>,
    /// Whether the account is in use, as stored.
    status: String,
    /// When the reset was asked for (Unix milliseconds).
    pub requested_at: i64,
    /// Who asked for it, as stored.
    pub by_kind: String,
    /// Their name.
    pub by_name: String,
    /// Until when the owner wants no self-service mails (Unix milliseconds).
    pub paused_until: Option<i64>,
    /// The last second in which this link works (Unix milliseconds).
    link_expires_at: i64,
    /// The reset's times; see [`Self::timestamps`].
    #[sqlx(flatten)]
    reset_timestamps: ResetTimestamps,
}

/// Mints a link's secret: valid from now, for `ttl`. Links of the user's other resets end with it; an earlier one of this
/// reset, whose mail may have arrived, keeps its own time. `None`, and a transaction to be thrown away, where the reset has ended meanwhile or a newer one was asked for.
///
/// # Errors
/// The database's, or no randomness.
pub async fn mint(conn: &mut Conn, now: i64, ttl: Duration, reset: i64, user: i64) -> Result<Option<Secret>> {
    let secret = Secret::draw()?;
    let expires_at = whole_second(now) + millis(ttl);
    // A newer reset has a mail of its own, which must not be outdone by an older one that comes late. (It also holds the row.)
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
    /// Looks a secret up by its hash.
    ///
    /// # Errors
    /// 410 `link_invalid` for what was never a link, malformed or not.
    pub async fn find(conn: &mut Conn, token: &Token) -> Result<Self> {
        let invalid = || ApiError::new(Code::LinkInvalid);
        // What is malformed is looked up all the same: it takes as long as a good guess.
        let hash = Secret::parse(&token.0).map_or_else(|| Secret::hash_of_none(&token.0), |secret| secret.hash());
        let sql = format!(
            "SELECT r.id AS reset, u.id AS \"user\", u.name, u.address, u.status, u.paused_until, r.requested_at, r.by_kind, r.by_name,
             t.expires_at AS link_expires_at, {} FROM tokens t JOIN resets r ON r.id = t.reset_id JOIN users u ON u.id = r.user_id WHERE t.token_hash = $1",
            ResetTimestamps::COLUMNS
        );
        sqlx::query_as(AssertSqlSafe(sql)).bind(hash).fetch_optional(conn).await?.ok_or_else(invalid)
    }

    /// Whether the account is in use.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == "active"
    }

    /// The reset's times, with this link's own expiry.
    #[must_use]
    pub fn timestamps(&self) -> ResetTimestamps {
        ResetTimestamps { expires_at: Some(self.link_expires_at), ..self.reset_timestamps }
    }

    /// Why it does not open anything at `now` (Unix milliseconds); `None` where it does.
    #[must_use]
    pub fn fault(&self, now: i64) -> Option<Code> {
        match self.timestamps().state(now) {
            ResetState::Used => Some(Code::LinkUsed),
            ResetState::Cancelled => Some(Code::LinkCancelled),
            // The mail server refused the mail, but it may have arrived: its link is worth nothing any more.
            ResetState::Failed => Some(Code::LinkCancelled),
            ResetState::Expired => Some(Code::LinkExpired),
            ResetState::Opened | ResetState::Sent | ResetState::Queued => None,
        }
    }

    /// [`Self::fault`] as an answer.
    ///
    /// # Errors
    /// 410 `link_used`, `link_cancelled` or `link_expired`.
    pub fn must_work(&self, now: i64) -> Result<()> {
        self.fault(now).map_or(Ok(()), |code| Err(ApiError::new(code)))
    }
}
