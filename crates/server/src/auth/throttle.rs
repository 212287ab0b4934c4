//! Slowing down who guesses: five failures of an account wait for nothing, then each waits twice as long as the one
//! before, and after a hundred in a row only a reset helps (NIST SP 800-63B-4 section 3.2.2).
//!
//! An attempt is counted before its password is compared and forgiven when it was right, so that two hundred at once get
//! no further than two hundred in a row. The count is kept by the address as typed, in canonical form, whether or not
//! anybody has it; a stranger who runs it up cannot lock the owner out, as a reset clears it, and leaves whoever redeemed the
//! link a few tries that the stranger, who goes on guessing, cannot use up ([`grant_grace_attempts`]).

use crate::auth::limit::SKEW;
use crate::auth::secret_key::SecretKey;
use crate::clock::seconds_until;
use crate::store::{Conn, Result, Store};
use sqlx::Row;

/// Failures that wait for nothing.
const FREE: i64 = 5;
/// Failures in a row after which only a reset helps.
const MOST: i64 = 100;
/// The first wait and the longest, milliseconds.
const FIRST_WAIT: i64 = 1000;
const LONGEST_WAIT: i64 = 900_000;
/// After so long without an attempt a count that is not full is forgotten, milliseconds.
const FORGOTTEN: i64 = 30 * 24 * 3600 * 1000;
/// How long after a reset the client that made it has tries of its own, milliseconds.
const GRACE: i64 = 900_000;

/// How long a further attempt waits after so many failures, milliseconds.
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

/// [`clear`], for whoever has just redeemed a link at `client` ([`crate::http::middleware::client_ip::ClientIp::limit_key`]): for a while
/// its first [`FREE`] attempts wait for nothing, whatever others fail meanwhile.
///
/// # Errors
/// Those of the database.
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

/// [`record_attempt`] for a login at `client`. Every attempt there uses up one of those that [`grant_grace_attempts`] gave, so that all in all
/// no more failures wait for nothing than without.
///
/// # Errors
/// Those of the database.
pub async fn record_attempt_from(conn: &mut Conn, secret: &SecretKey, address: &str, client: &[u8], now: i64) -> Result<Option<u64>> {
    let spend = "UPDATE login_failures SET failures = failures + 1 WHERE key = $1 AND failures < $2 AND next_at > $3";
    let spent =
        sqlx::query(spend).bind(grace_key(secret, address, client)).bind(FREE).bind(now - GRACE).execute(&mut *conn).await?.rows_affected()
            == 1;
    let wait = record_attempt(conn, secret, address, now).await?;
    Ok(wait.filter(|_| !spent))
}

/// Counts an attempt as failed before its password is looked at; `Some` is the seconds to wait where it may not be made.
///
/// # Errors
/// Those of the database.
pub async fn record_attempt(conn: &mut Conn, secret: &SecretKey, address: &str, now: i64) -> Result<Option<u64>> {
    let key = key(secret, address);
    // Makes the row or locks it, whichever it takes, in one statement: between two of them a success may take it away.
    let hold = "INSERT INTO login_failures (key, failures, next_at) VALUES ($1, 0, $2)
                ON CONFLICT (key) DO UPDATE SET failures = login_failures.failures RETURNING failures, next_at";
    let row = sqlx::query(hold).bind(key.clone()).bind(now).fetch_one(&mut *conn).await?;
    let (failures, next_at): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    if failures >= MOST {
        return Ok(Some(seconds_until(0, LONGEST_WAIT)));
    }
    // What seems to wait for longer than any wait was written before the clock was set back.
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

/// Forgives all failures: the password was right, or a reset proved who the owner is.
///
/// # Errors
/// Those of the database.
pub async fn clear(conn: &mut Conn, secret: &SecretKey, address: &str) -> Result<()> {
    sqlx::query("DELETE FROM login_failures WHERE key = $1").bind(key(secret, address)).execute(conn).await.map(drop)
}

/// Forgets counts that nothing was added to for a month.
///
/// # Errors
/// Those of the database.
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
