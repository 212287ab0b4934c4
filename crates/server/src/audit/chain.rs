//! The hash chain: each row's MAC covers the row and the MAC before it, and a sealed head names the newest.
//!
//! Who can write to the database but has not the secret key cannot edit, delete or reorder rows unseen; cutting off the
//! newest shows too, as no earlier head can be made up. Nor does the server make one up for them: what it adds to a log
//! whose end is not as it left it gets no valid seal. What nothing here can show is a whole older state of both tables.

use super::Entry;
use crate::auth::secret_key::SecretKey;
use crate::store::{Conn, Dialect, Result, Store};
use sqlx::{AssertSqlSafe, Row};

/// The MAC before the first row.
pub(super) const START: [u8; 32] = [0; 32];

/// A row as the chain covers it.
pub(super) struct ChainEntry<'a> {
    pub(super) seq: i64,
    pub(super) at: i64,
    pub(super) action: &'a str,
    pub(super) actor: Option<(i64, &'a str)>,
    pub(super) subject: Option<(i64, &'a str)>,
    pub(super) ip: Option<&'a str>,
    pub(super) detail: Option<&'a str>,
}

impl ChainEntry<'_> {
    pub(super) fn mac(&self, key: &SecretKey, before: &[u8]) -> Vec<u8> {
        let user_ref =
            |user_ref: Option<(i64, &str)>| user_ref.map_or_else(Vec::new, |(id, name)| [&id.to_be_bytes()[..], name.as_bytes()].concat());
        // A missing text and an empty one differ.
        let text = |text: Option<&str>| text.map_or_else(Vec::new, |text| [b"+", text.as_bytes()].concat());
        let parts: [&[u8]; 8] = [
            before,
            &self.seq.to_be_bytes(),
            &self.at.to_be_bytes(),
            self.action.as_bytes(),
            &user_ref(self.actor),
            &user_ref(self.subject),
            &text(self.ip),
            &text(self.detail),
        ];
        key.hmac("audit", &parts).to_vec()
    }
}

/// What seals the head: without the key nobody makes one for other rows.
pub(super) fn seal(key: &SecretKey, seq: i64, mac: &[u8]) -> Vec<u8> {
    key.hmac("audit-head", &[&seq.to_be_bytes(), mac]).to_vec()
}

/// Seals the beginning of the log for as long as there is nobody and nothing to tell of, whatever the key was the last time:
/// a log that is found without a head later was emptied.
///
/// # Errors
/// Those of the database.
pub async fn begin(store: &Store, key: &SecretKey) -> Result<()> {
    let anything = sqlx::query("SELECT 1 FROM users UNION ALL SELECT 1 FROM audit LIMIT 1").fetch_optional(store.read()).await?;
    if anything.is_some() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO audit_head (id, seq, mac, seal) VALUES (1, 0, $1, $2)
         ON CONFLICT (id) DO UPDATE SET mac = $1, seal = $2 WHERE audit_head.seq = 0",
    )
    .bind(START.to_vec())
    .bind(seal(key, 0, &START))
    .execute(store.write())
    .await
    .map(drop)
}

/// Adds a row within the caller's transaction; make it the last thing in it, as it serialises writers on PostgreSQL.
///
/// # Errors
/// Those of the database.
pub async fn append(conn: &mut Conn, dialect: Dialect, key: &SecretKey, at: i64, entry: &Entry) -> Result<()> {
    if dialect == Dialect::Postgres {
        // Before there is a head row to lock, too.
        sqlx::query("SELECT pg_advisory_xact_lock(7305422)").execute(&mut *conn).await?;
    }
    let End { last, before, sound } = end(conn, dialect, key).await?;
    let action: &str = entry.action.into();
    let link = ChainEntry {
        seq: last + 1,
        at,
        action,
        actor: entry.actor.as_ref().map(|p| (p.id, p.name.as_str())),
        subject: entry.subject.as_ref().map(|p| (p.id, p.name.as_str())),
        ip: entry.ip.as_deref(),
        detail: entry.detail.as_deref(),
    };
    let mac = link.mac(key, &before);
    sqlx::query(
        "INSERT INTO audit (seq, at, action, actor_id, actor_name, subject_id, subject_name, ip, detail, mac)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(link.seq)
    .bind(at)
    .bind(action)
    .bind(link.actor.map(|(id, _)| id))
    .bind(link.actor.map(|(_, name)| name))
    .bind(link.subject.map(|(id, _)| id))
    .bind(link.subject.map(|(_, name)| name))
    .bind(link.ip)
    .bind(link.detail)
    .bind(mac.clone())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO audit_head (id, seq, mac, seal) VALUES (1, $1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET seq = $1, mac = $2, seal = $3",
    )
    .bind(link.seq)
    .bind(mac.clone())
    .bind(if sound { seal(key, link.seq, &mac) } else { Vec::new() })
    .execute(conn)
    .await
    .map(drop)
}

/// Where the log ends.
struct End {
    last: i64,
    before: Vec<u8>,
    /// Whether it is the end that was written: else there is something for `rekey audit verify` to find, now and later.
    sound: bool,
}

async fn end(conn: &mut Conn, dialect: Dialect, key: &SecretKey) -> Result<End> {
    let head = format!("SELECT seq, mac, seal FROM audit_head WHERE id = 1{}", dialect.for_update());
    let head = sqlx::query(AssertSqlSafe(head)).fetch_optional(&mut *conn).await?;
    let newest = sqlx::query("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetch_optional(conn).await?;
    let newest: Option<(i64, Vec<u8>)> = newest.map(|row| Ok::<_, sqlx::Error>((row.try_get(0)?, row.try_get(1)?))).transpose()?;
    let (last, before) = newest.unwrap_or_else(|| (0, START.to_vec()));
    let sound = match &head {
        Some(head) => {
            let (seq, mac): (i64, Vec<u8>) = (head.try_get(0)?, head.try_get(1)?);
            seq == last && mac == before && seal(key, seq, &mac) == head.try_get::<Vec<u8>, _>(2)?
        }
        // There was one from the beginning: [`begin`].
        None => false,
    };
    if !sound {
        tracing::error!("the audit log does not end as it was written; see `rekey audit verify`");
    }
    Ok(End { last, before, sound })
}
