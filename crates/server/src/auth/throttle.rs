//! Login throttling: the first five failures of an account cause no delay; then the delay doubles with each failure; after a hundred consecutive
//! failures only a reset unlocks the login (NIST SP 800-63B-4 section 3.2.2).
//!
//! An attempt is counted as failed before its password is compared, and cleared if it was right, so that 200 concurrent attempts get no further than
//! 200 consecutive ones. Failures are counted per address as typed, in canonical form, whether or not there is such an account. A stranger who
//! exhausts the attempts cannot lock the owner out: a reset clears the count, and grants the client that redeemed the link a few attempts that the
//! stranger's further guesses do not use up ([`grant_grace_attempts`]).

use crate::auth::limit::SKEW;
use crate::auth::secret_key::SecretKey;
use crate::clock::seconds_until;
use crate::store::{Conn, Result, Store};
use sqlx::Row;

/// Failures without a delay.
const FREE: i64 = 5;
/// Consecutive failures after which only a reset unlocks the login.
const MOST: i64 = 100;
/// First and maximum delay, milliseconds.
const FIRST_WAIT: i64 = 1000;
const LONGEST_WAIT: i64 = 900_000;
/// Time after the last attempt when an incomplete count is deleted, milliseconds.
const FORGOTTEN: i64 = 30 * 24 * 3600 * 1000;
/// How long the grace attempts after a reset are valid, milliseconds.
const GRACE: i64 = 900_000;

/// Returns the delay after `failures`, milliseconds.
fn wait(failures: i64) -> i64 {
    match failures - FREE {
        ..0 => 0,
        over => FIRST_WAIT.checked_shl(u32::try_from(over.min(16)).unwrap_or(16)).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT)),
    }
}

fn key(secret: &SecretKey, address: &str) -> Vec<u8> {
    secret.hmac("login", &[address.as_bytes()]).to_vec()
}

fn grace_key(secret: &SecretKey, address: &str, client: &[u8]) -> Vec<u8> {
    secret.hmac("login after reset", &[address.as_bytes(), client]).to_vec()
}

/// Like [`clear`], after a link was redeemed at `client` ([`crate::http::middleware::client_ip::ClientIp::limit_key`]): for 15 minutes its first
/// [`FREE`] attempts have no delay, regardless of other clients' failures.
///
/// # Errors
/// Database errors.
pub async fn grant_grace_attempts(conn: &mut Conn, secret: &SecretKey, address: &str, client: &[u8], now: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO login_failures (key, failures, next_at) VALUES ($1, 0, $2)
         ON CONFLICT (key) DO UPDATE SET failures = 0, next_at = $2",
    )
    .bind(grace_key(secret, address, client))
    .bind(now)
    .execute(&mut *conn)
    .await?;
    clear(conn, secret, address).await
}

/// Like [`record_attempt`], for a login at `client`. Each attempt there uses up one of those that [`grant_grace_attempts`] granted, so that the total
/// number of failures without a delay does not grow.
///
/// # Errors
/// Database errors.
pub async fn record_attempt_from(conn: &mut Conn, secret: &SecretKey, address: &str, client: &[u8], now: i64) -> Result<Option<u64>> {
    let spend = "UPDATE login_failures SET failures = failures + 1 WHERE key = $1 AND failures < $2 AND next_at > $3";
    let spent =
        sqlx::query(spend).bind(grace_key(secret, address, client)).bind(FREE).bind(now - GRACE).execute(&mut *conn).await?.rows_affected()
            == 1;
    let wait = record_attempt(conn, secret, address, now).await?;
    Ok(wait.filter(|_| !spent))
}

/// Records an attempt as failed before its password is compared. Returns `Some` with the remaining delay in seconds if the attempt is not allowed.
///
/// # Errors
/// Database errors.
pub async fn record_attempt(conn: &mut Conn, secret: &SecretKey, address: &str, now: i64) -> Result<Option<u64>> {
    let key = key(secret, address);
    // Inserts or locks the row in one statement: between two statements a successful login could delete it.
    let hold = "INSERT INTO login_failures (key, failures, next_at) VALUES ($1, 0, $2)
                ON CONFLICT (key) DO UPDATE SET failures = login_failures.failures RETURNING failures, next_at";
    let row = sqlx::query(hold).bind(key.clone()).bind(now).fetch_one(&mut *conn).await?;
    let (failures, next_at): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    if failures >= MOST {
        return Ok(Some(seconds_until(0, LONGEST_WAIT)));
    }
    // A delay beyond the maximum was written before the clock was set back.
    if failures >= FREE && next_at > now && next_at <= now + LONGEST_WAIT + SKEW {
        return Ok(Some(seconds_until(now, next_at)));
    }
    sqlx::query("UPDATE login_failures SET failures = $2, next_at = $3 WHERE key = $1")
        .bind(key)
        .bind(failures + 1)
        .bind(now + wait(failures + 1))
        .execute(conn)
        .await?;
    Ok(None)
}

/// Deletes the failure count: the password was right, or a reset proved the owner's identity.
///
/// # Errors
/// Database errors.
pub async fn clear(conn: &mut Conn, secret: &SecretKey, address: &str) -> Result<()> {
    sqlx::query("DELETE FROM login_failures WHERE key = $1").bind(key(secret, address)).execute(conn).await.map(drop)
}

/// Deletes counts without an attempt for a month.
///
/// # Errors
/// Database errors.
pub async fn sweep(store: &Store, now: i64) -> Result<()> {
    store.sweep("login_failures", "key", &format!("next_at <= $1 AND failures < {MOST}"), now - FORGOTTEN).await
}

#[cfg(test)]
mod tests {
    use super::wait;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        assert_eq!([0, 4, 5, 6, 7, 14, 15, 99].map(wait), [0, 0, 1000, 2000, 4000, 512_000, 900_000, 900_000]);
    }
}
