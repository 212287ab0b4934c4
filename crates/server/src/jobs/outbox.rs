//! Job queue: a database table, so that jobs survive a crash. Jobs are leased; when the lease of a dead worker expires, the job is claimed again.
//! `attempts` is the fencing token: a worker whose lease expired cannot complete the job.

use crate::http::middleware::request_id;
use crate::store::{Conn, Result, Store};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

/// Lease duration, milliseconds: short enough for a restart to continue within a minute. The worker renews the leases of jobs that take longer
/// ([`renew`]).
pub const LEASE: i64 = 40_000;
/// Maximum delay, milliseconds. A `next_at` further ahead means that the clock was set back; treat it as due.
pub const MAX_DELAY: i64 = 600_000;

/// A job, run after the response is sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Job {
    /// A request from the "Forgot your password?" form: look the address up.
    Forgot {
        /// In canonical form.
        address: String,
        /// The client's address.
        ip: String,
    },
    /// A request over the limit: recorded in the audit log, nothing else.
    Throttled {
        /// In canonical form.
        address: String,
        /// The client's address.
        ip: String,
    },
    /// The mail of a reset.
    Link {
        /// The id of the reset.
        reset: i64,
    },
    /// "Your password was changed".
    PasswordChanged {
        /// The id of the user.
        user: i64,
        /// The address of the account at the time of the change.
        address: String,
    },
    /// "Your email address was changed".
    AddressChanged {
        /// The id of the user.
        user: i64,
        /// The address that was removed from the account.
        address: String,
        /// The name of the admin who changed it.
        by: String,
    },
}

/// A job leased by this worker.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The id of its row.
    pub id: i64,
    /// The job.
    pub job: Job,
    /// When it was enqueued (Unix milliseconds).
    pub created_at: i64,
    /// Number of attempts, including this one; the fencing token.
    pub attempts: i64,
    /// Number of deliveries whose acceptance the mail server did not confirm.
    pub deliveries: i64,
    /// The id of the request that caused it; `None` for a command.
    pub request_id: Option<String>,
}

/// Enqueues a job in the caller's transaction.
///
/// # Errors
/// Database errors.
pub async fn put(conn: &mut Conn, now: i64, job: &Job) -> Result<()> {
    let (kind, user, reset, address, ip, detail) = match job {
        Job::Forgot { address, ip } => ("forgot", None, None, Some(address), Some(ip), None),
        Job::Throttled { address, ip } => ("throttled", None, None, Some(address), Some(ip), None),
        Job::Link { reset } => ("link", None, Some(*reset), None, None, None),
        Job::PasswordChanged { user, address } => ("notice", Some(*user), None, Some(address), None, None),
        Job::AddressChanged { user, address, by } => ("address_changed", Some(*user), None, Some(address), None, Some(by)),
    };
    let sql = "INSERT INTO outbox (kind, user_id, reset_id, address, ip, detail, created_at, next_at, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    sqlx::query(sql)
        .bind(kind)
        .bind(user)
        .bind(reset)
        .bind(address.map(String::as_str))
        .bind(ip.map(String::as_str))
        .bind(detail.map(String::as_str))
        .bind(now)
        .bind(request_id::current().map(|id| id.to_string()))
        .execute(conn)
        .await
        .map(drop)
}

/// Selects the jobs to claim.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Which {
    /// All due jobs, the longest waiting first.
    Due,
    /// Due jobs that were never attempted.
    New,
}

/// Claims up to `most` jobs. Two workers never hold the same one.
///
/// # Errors
/// Database errors.
pub async fn claim(store: &Store, now: i64, which: Which, most: usize) -> Result<Vec<Claim>> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let tried_before = match which {
        Which::Due => i64::MAX,
        Which::New => 0,
    };
    let due =
        "SELECT id FROM outbox WHERE (next_at <= $1 OR next_at > $2) AND (claimed_until <= $1 OR claimed_until > $2) AND attempts <= $3
         ORDER BY next_at, id LIMIT $4";
    let most = i64::try_from(most).unwrap_or(1);
    let horizon = now.saturating_add(MAX_DELAY);
    // Checking first avoids the write lock while the queue is empty.
    let look = sqlx::query(due).bind(now).bind(horizon).bind(tried_before).bind(most);
    if look.fetch_optional(store.read()).await?.is_none() {
        return Ok(Vec::new());
    }
    // Materialized; otherwise PostgreSQL may run the subquery again for each row and claim more than the limit.
    let sql = format!(
        "WITH due AS MATERIALIZED ({due}{}) UPDATE outbox SET claimed_until = $5, attempts = attempts + 1 WHERE id IN (SELECT id FROM due)
         RETURNING id, kind, user_id, reset_id, address, ip, detail, created_at, attempts, deliveries, request_id",
        store.dialect().skip_locked()
    );
    let mut tx = store.begin_relaxed().await?;
    let rows =
        sqlx::query(AssertSqlSafe(sql)).bind(now).bind(horizon).bind(tried_before).bind(most).bind(now + LEASE).fetch_all(&mut *tx).await?;
    tx.commit().await?;
    rows.iter().filter_map(|row| read(row).transpose()).collect()
}

fn read(row: &AnyRow) -> Result<Option<Claim>> {
    let text = |at: usize| row.try_get::<Option<String>, _>(at).map(Option::unwrap_or_default);
    let number = |at: usize| row.try_get::<Option<i64>, _>(at).map(Option::unwrap_or_default);
    let job = match row.try_get::<&str, _>(1)? {
        "forgot" => Job::Forgot { address: text(4)?, ip: text(5)? },
        "throttled" => Job::Throttled { address: text(4)?, ip: text(5)? },
        "link" => Job::Link { reset: number(3)? },
        "notice" => Job::PasswordChanged { user: number(2)?, address: text(4)? },
        "address_changed" => Job::AddressChanged { user: number(2)?, address: text(4)?, by: text(6)? },
        // A kind of a newer program: leave it for one.
        _ => return Ok(None),
    };
    Ok(Some(Claim {
        id: row.try_get(0)?,
        job,
        created_at: row.try_get(7)?,
        attempts: row.try_get(8)?,
        deliveries: row.try_get(9)?,
        request_id: row.try_get(10)?,
    }))
}

/// Deletes a finished job. Returns false if the lease expired and another worker has or ended the job.
///
/// # Errors
/// Database errors.
pub async fn finish(conn: &mut Conn, claim: &Claim) -> Result<bool> {
    let done = sqlx::query("DELETE FROM outbox WHERE id = $1 AND attempts = $2").bind(claim.id).bind(claim.attempts).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Like [`finish`], for a mail that the mail server accepted: deletes the job even if another worker holds it by now, which would send it again.
/// Returns false if another worker ended it.
///
/// # Errors
/// Database errors.
pub async fn finish_sent(conn: &mut Conn, claim: &Claim) -> Result<bool> {
    let done = sqlx::query("DELETE FROM outbox WHERE id = $1").bind(claim.id).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Extends the lease. Returns false if the job was given back, or the lease expired and another worker has the job.
///
/// # Errors
/// Database errors.
pub async fn renew(conn: &mut Conn, claim: &Claim, now: i64) -> Result<bool> {
    extend(conn, claim, now, "UPDATE outbox SET claimed_until = $3 WHERE id = $1 AND attempts = $2 AND claimed_until > 0").await
}

/// Extends the lease and counts the delivery, right before the irreversible step: if the process dies now, it is unknown whether the mail was sent.
/// Returns false if the lease expired and another worker has the job.
///
/// # Errors
/// Database errors.
pub async fn begin_delivery(conn: &mut Conn, claim: &Claim, now: i64) -> Result<bool> {
    extend(conn, claim, now, "UPDATE outbox SET claimed_until = $3, deliveries = deliveries + 1 WHERE id = $1 AND attempts = $2").await
}

async fn extend(conn: &mut Conn, claim: &Claim, now: i64, sql: &'static str) -> Result<bool> {
    let held = sqlx::query(sql).bind(claim.id).bind(claim.attempts).bind(now + LEASE).execute(conn).await?;
    Ok(held.rows_affected() == 1)
}

/// Gives a job back, due at `next_at` (Unix milliseconds), unless another worker has it by now. `deliveries` is the new value of
/// [`Claim::deliveries`].
///
/// # Errors
/// Database errors.
pub async fn retry_at(conn: &mut Conn, claim: &Claim, next_at: i64, deliveries: i64) -> Result<()> {
    sqlx::query("UPDATE outbox SET next_at = $3, deliveries = $4, claimed_until = 0 WHERE id = $1 AND attempts = $2")
        .bind(claim.id)
        .bind(claim.attempts)
        .bind(next_at)
        .bind(deliveries)
        .execute(conn)
        .await
        .map(drop)
}

/// Returns the number of jobs in the queue.
///
/// # Errors
/// Database errors.
pub async fn waiting(store: &Store) -> Result<i64> {
    crate::store::number(&sqlx::query("SELECT count(*) FROM outbox").fetch_one(store.read()).await?)
}
