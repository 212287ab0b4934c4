//! `rekey audit verify`: walks the chain from the first row to the sealed head.

use super::chain::{ChainEntry, START, seal};
use crate::auth::secret_key::SecretKey;
use crate::store::{Result, Store};
use futures_util::TryStreamExt;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::fmt;

/// What the walk found.
#[derive(Debug, Eq, PartialEq)]
pub enum Finding {
    /// All is as it was written.
    Intact {
        /// How many rows.
        rows: i64,
    },
    /// A row is missing: deleted, or moved elsewhere.
    Missing {
        /// Its number.
        seq: i64,
    },
    /// A row is not what was written.
    Changed {
        /// Its number.
        seq: i64,
    },
    /// The newest rows are missing.
    CutOff {
        /// The last that is there.
        last: i64,
        /// The last that was written.
        head: i64,
    },
    /// The head is not one that was written with this key.
    HeadChanged,
    /// There are users, and not a single row.
    Gone,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intact { rows } => write!(f, "The audit log is intact: {rows} rows."),
            Self::Missing { seq } => write!(f, "Row {seq} of the audit log is missing: it was deleted or moved."),
            Self::Changed { seq } => {
                write!(f, "Row {seq} of the audit log is not what was written: it was edited, moved, or written with another secret key.")
            }
            Self::CutOff { last, head } => {
                write!(f, "The newest rows of the audit log are missing: it ends at {last}, and {head} were written.")
            }
            Self::HeadChanged => {
                f.write_str("The end of the audit log is not what was written: rows or its head were edited or removed, or the secret key is another one.")
            }
            Self::Gone => f.write_str("The audit log is empty, although there are users: all of it was deleted."),
        }
    }
}

/// Checks every row and the head, all as of one moment.
///
/// # Errors
/// Those of the database.
pub async fn verify(store: &Store, key: &SecretKey) -> Result<Finding> {
    let mut tx = store.snapshot().await?;
    let head = sqlx::query("SELECT seq, mac, seal FROM audit_head WHERE id = 1").fetch_optional(&mut *tx).await?;
    let mut last = 0;
    let mut before = START.to_vec();
    let mut rows =
        sqlx::query("SELECT seq, at, action, actor_id, actor_name, subject_id, subject_name, ip, detail, mac FROM audit ORDER BY seq")
            .fetch(&mut *tx);
    while let Some(row) = rows.try_next().await? {
        let seq = row.try_get(0)?;
        if seq > last + 1 {
            return Ok(Finding::Missing { seq: last + 1 });
        }
        match follow(&row, seq, key, &before) {
            Some(mac) if seq == last + 1 => (last, before) = (seq, mac),
            _ => return Ok(Finding::Changed { seq }),
        }
    }
    drop(rows);
    let users = sqlx::query("SELECT 1 FROM users LIMIT 1").fetch_optional(&mut *tx).await?.is_some();
    let Some(head) = head else {
        return Ok(match (last, users) {
            (0, false) => Finding::Intact { rows: 0 },
            (0, true) => Finding::Gone,
            _ => Finding::HeadChanged,
        });
    };
    let (seq, mac, sealed): (i64, Vec<u8>, Vec<u8>) = (head.try_get(0)?, head.try_get(1)?, head.try_get(2)?);
    if seal(key, seq, &mac) != sealed {
        return Ok(Finding::HeadChanged);
    }
    if (seq, users) == (0, true) && last == 0 {
        return Ok(Finding::Gone);
    }
    if seq > last {
        return Ok(Finding::CutOff { last, head: seq });
    }
    Ok(if seq == last && mac == before { Finding::Intact { rows: last } } else { Finding::HeadChanged })
}

/// The MAC of a row that follows on `before`; none where it is not what was written, be it for a value of another type.
fn follow(row: &AnyRow, seq: i64, key: &SecretKey, before: &[u8]) -> Option<Vec<u8>> {
    let user_ref = |at: usize| match (row.try_get(at).ok()?, row.try_get(at + 1).ok()?) {
        (Some(id), Some(name)) => Some(Some((id, name))),
        (None, None) => Some(None),
        // Half a user_ref is nothing that was ever written.
        (Some::<i64>(_), None::<&str>) | (None, Some(_)) => None,
    };
    let link = ChainEntry {
        seq,
        at: row.try_get(1).ok()?,
        action: row.try_get(2).ok()?,
        actor: user_ref(3)?,
        subject: user_ref(5)?,
        ip: row.try_get(7).ok()?,
        detail: row.try_get(8).ok()?,
    };
    let mac: Vec<u8> = row.try_get(9).ok()?;
    (link.mac(key, before) == mac).then_some(mac)
}
