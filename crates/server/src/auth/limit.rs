//! Rate limiter: fixed-window counters in the database, shared by all processes and kept over a restart.

use crate::app::App;
use crate::auth::secret_key::SecretKey;
use crate::clock::{millis, seconds_until};
use crate::config::{Config, Limit, RateLimit};
use crate::store::{Conn, Result, Store};
use sqlx::Row;
use std::time::Duration;

/// A window that ends later than any that begins now, by more than the clocks of several servers differ, was begun before
/// the clock was set back: it has ended. Milliseconds.
pub(crate) const SKEW: i64 = 600_000;

/// A report of a reset counts once for as long as its links are remembered.
const REPORT: Limit = Limit { count: 1, window: Duration::from_secs(90 * 24 * 3600) };

/// What is counted. The key that is stored is keyed with the secret: the table names no address and no client.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// Requests for a link from one client.
    ForgotIp(&'a [u8]),
    /// Logins, and current passwords typed for a change, from one client.
    LoginIp(&'a [u8]),
    /// Self-service mails for one address as typed, in canonical form.
    ForgotAddress(&'a str),
    /// Resets of one user by admins.
    AdminReset(i64),
    /// Reports of one reset: the second says nothing that the first has not said.
    Report(i64),
    /// Reset mails to one address that whoever knows it can ask for.
    Recipient(&'a str),
    /// Reset mails to one address that admins and the command line ask for: strangers cannot use these up.
    RecipientByAdmin(&'a str),
    /// Reset mails in all.
    Mail,
}

impl Scope<'_> {
    const fn limit(self, config: &Config) -> RateLimit {
        match self {
            Self::ForgotIp(_) => config.limit_forgot_per_ip,
            Self::LoginIp(_) => config.limit_login_per_ip,
            Self::ForgotAddress(_) | Self::AdminReset(_) => config.resend_limit(),
            Self::Report(_) => RateLimit::At(REPORT),
            Self::Recipient(_) | Self::RecipientByAdmin(_) => config.limit_mail_per_recipient,
            Self::Mail => config.limit_mail,
        }
    }

    fn key(self, secret: &SecretKey) -> Vec<u8> {
        let hmac = |name: &str, part: &[u8]| secret.hmac("limit", &[name.as_bytes(), part]).to_vec();
        match self {
            Self::ForgotIp(ip) => hmac("forgot-ip", ip),
            Self::LoginIp(ip) => hmac("login-ip", ip),
            Self::ForgotAddress(address) => hmac("forgot-address", address.as_bytes()),
            Self::AdminReset(user) => hmac("admin-reset", &user.to_be_bytes()),
            Self::Report(reset) => hmac("report", &reset.to_be_bytes()),
            Self::Recipient(address) => hmac("recipient", address.as_bytes()),
            Self::RecipientByAdmin(address) => hmac("recipient-by-admin", address.as_bytes()),
            Self::Mail => hmac("mail", b""),
        }
    }
}

/// Over the limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Exceeded {
    /// When the count starts anew (Unix milliseconds).
    pub ends_at: i64,
    /// The same as seconds from now, for `Retry-After`.
    pub seconds: u64,
    /// The first time in this window: worth an audit row, the thousand that follow are not.
    pub newly_exceeded: bool,
}

/// Counts one more, and tells whether that is over the limit. A window begins with the first count in it.
/// One statement, so that any number at once let no more through than the same number in a row.
///
/// # Errors
/// Those of the database.
pub async fn hit(app: &App, conn: &mut Conn, scope: Scope<'_>, now: i64) -> Result<Option<Exceeded>> {
    let RateLimit::At(limit) = scope.limit(&app.config) else { return Ok(None) };
    let row = sqlx::query(
        "INSERT INTO limits (key, count, ends_at) VALUES ($1, 1, $2) ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN limits.ends_at <= $3 OR limits.ends_at > $4 THEN 1 ELSE limits.count + 1 END,
            ends_at = CASE WHEN limits.ends_at <= $3 OR limits.ends_at > $4 THEN $2 ELSE limits.ends_at END
         RETURNING count, ends_at",
    )
    .bind(scope.key(&app.key))
    .bind(now.saturating_add(millis(limit.window)))
    .bind(now)
    .bind(now.saturating_add(millis(limit.window)).saturating_add(SKEW))
    .fetch_one(conn)
    .await?;
    let (count, ends_at): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let over = count - i64::from(limit.count);
    Ok((over > 0).then(|| Exceeded { ends_at, seconds: seconds_until(now, ends_at), newly_exceeded: over == 1 }))
}

/// Forgets windows that have ended.
///
/// # Errors
/// Those of the database.
pub async fn sweep(store: &Store, now: i64) -> Result<()> {
    store.sweep("limits", "key", "ends_at <= $1", now).await
}
