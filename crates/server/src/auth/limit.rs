//! Rate limiter: fixed-window counters in the database, shared by all processes and kept across restarts.

use crate::app::App;
use crate::auth::secret_key::SecretKey;
use crate::clock::{millis, seconds_until};
use crate::config::{Config, Limit, RateLimit};
use crate::store::{Conn, Result, Store};
use sqlx::Row;
use std::time::Duration;

/// Clock tolerance, milliseconds: more than the clocks of several servers differ. A window that ends later than a new one by more than this was
/// started before the clock was set back, and counts as ended.
pub(crate) const SKEW: i64 = 600_000;

/// One report per reset, for as long as its links are stored.
const REPORT: Limit = Limit { count: 1, window: Duration::from_secs(90 * 24 * 3600) };

/// What is counted. The stored key is an HMAC, so the table contains no address and no client.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// Requests for a link, per client.
    ForgotIp(&'a [u8]),
    /// Logins, and checks of the current password before a change, per client.
    LoginIp(&'a [u8]),
    /// Self-service mails, per address as typed, in canonical form.
    ForgotAddress(&'a str),
    /// Resets by admins, per user.
    AdminReset(i64),
    /// Reports, per reset: a second report adds no information.
    Report(i64),
    /// Reset mails that anyone who knows the address can request, per address.
    Recipient(&'a str),
    /// Reset mails requested by admins or the command line, per address: a separate budget, which strangers cannot exhaust.
    RecipientByAdmin(&'a str),
    /// All reset mails.
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

/// The limit is exceeded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Exceeded {
    /// End of the window (Unix milliseconds).
    pub ends_at: i64,
    /// Seconds until then, for `Retry-After`.
    pub seconds: u64,
    /// First excess in this window. Only this one gets an audit row.
    pub newly_exceeded: bool,
}

/// Counts a request. Returns `Some` if it exceeds the limit. A window starts with its first request. A single statement, so that concurrent requests
/// are limited like consecutive ones.
///
/// # Errors
/// Database errors.
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

/// Deletes expired windows.
///
/// # Errors
/// Database errors.
pub async fn sweep(store: &Store, now: i64) -> Result<()> {
    store.sweep("limits", "key", "ends_at <= $1", now).await
}
