//! The queue: a table, so that what was promised survives a crash. A job is claimed for a while by one worker; one whose
//! worker died is claimed again when that while is over.

use crate::store::{Conn, Dialect, Result, Store};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

/// How long a claim holds, milliseconds: longer than any attempt takes, and short enough for a restart to go on within a minute.
pub const LEASE: i64 = 40_000;

/// Something to do after the answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Job {
    /// Somebody typed this address into "Forgot your password?": find out whether it is anybody's.
    Forgot {
        /// In canonical form.
        address: String,
        /// From where.
        ip: String,
    },
    /// The same, over the limit: for the audit log alone.
    Throttled {
        /// In canonical form.
        address: String,
        /// From where.
        ip: String,
    },
    /// A reset's mail.
    Link {
        /// The reset.
        reset: i64,
    },
    /// "Your password was changed".
    Notice {
        /// Whose.
        user: i64,
        /// Where the owner had mail sent at that time.
        address: String,
    },
}

/// A job that this worker holds.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its row.
    pub id: i64,
    /// What to do.
    pub job: Job,
    /// When it was put in (Unix milliseconds).
    pub created_at: i64,
    /// How often it was tried, this time included.
    pub attempts: i64,
}

/// Puts a job in, within the caller's transaction.
///
/// # Errors
/// Those of the database.
pub async fn put(conn: &mut Conn, now: i64, job: &Job) -> Result<()> {
    let (kind, user, reset, address, ip) = match job {
        Job::Forgot { address, ip } => ("forgot", None, None, Some(address), Some(ip)),
        Job::Throttled { address, ip } => ("throttled", None, None, Some(address), Some(ip)),
        Job::Link { reset } => ("link", None, Some(*reset), None, None),
        Job::Notice { user, address } => ("notice", Some(*user), None, Some(address), None),
    };
    sqlx::query("INSERT INTO outbox (kind, user_id, reset_id, address, ip, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $6)")
        .bind(kind)
        .bind(user)
        .bind(reset)
        .bind(address.map(String::as_str))
        .bind(ip.map(String::as_str))
        .bind(now)
        .execute(conn)
        .await
        .map(drop)
}

/// Claims up to `most` jobs that are due. Two workers never hold the same one.
///
/// # Errors
/// Those of the database.
pub async fn claim(store: &Store, now: i64, most: usize) -> Result<Vec<Claim>> {
    // Looking first costs no write lock while there is nothing to do.
    let due = "SELECT id FROM outbox WHERE next_at <= $1 AND claimed_until <= $1 ORDER BY next_at, id LIMIT $2";
    let most = i64::try_from(most).unwrap_or(1);
    if sqlx::query(due).bind(now).bind(most).fetch_optional(store.read()).await?.is_none() {
        return Ok(Vec::new());
    }
    let lock = if store.dialect() == Dialect::Postgres { store.dialect().skip_locked() } else { "" };
    let sql = format!(
        "UPDATE outbox SET claimed_until = $3, attempts = attempts + 1 WHERE id IN ({due}{lock})
         RETURNING id, kind, user_id, reset_id, address, ip, created_at, attempts"
    );
    let mut tx = store.begin().await?;
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(now).bind(most).bind(now + LEASE).fetch_all(&mut *tx).await?;
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
        "notice" => Job::Notice { user: number(2)?, address: text(4)? },
        // A newer program's: it waits for one.
        _ => return Ok(None),
    };
    Ok(Some(Claim { id: row.try_get(0)?, job, created_at: row.try_get(6)?, attempts: row.try_get(7)? }))
}

/// Takes a job out for good. False where another worker did.
///
/// # Errors
/// Those of the database.
pub async fn finish(conn: &mut Conn, id: i64) -> Result<bool> {
    let done = sqlx::query("DELETE FROM outbox WHERE id = $1").bind(id).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a job back, to be tried at `next_at` (Unix milliseconds).
///
/// # Errors
/// Those of the database.
pub async fn retry_at(conn: &mut Conn, id: i64, next_at: i64) -> Result<()> {
    sqlx::query("UPDATE outbox SET next_at = $2, claimed_until = 0 WHERE id = $1").bind(id).bind(next_at).execute(conn).await.map(drop)
}

/// How many wait.
///
/// # Errors
/// Those of the database.
pub async fn waiting(store: &Store) -> Result<i64> {
    crate::store::number(&sqlx::query("SELECT count(*) FROM outbox").fetch_one(store.read()).await?)
}
