//! `rekey audit verify`: walks the chain from the first row to the sealed head.

use super::chain::{Link, START, seal};
use crate::secret_key::SecretKey;
use crate::store::{Result, Store};
use futures_util::TryStreamExt;
use sqlx::Row;
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
                f.write_str("The head of the audit log is not what was written: it was edited, or the secret key is another one.")
            }
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
        if seq != last + 1 {
            return Ok(Finding::Missing { seq: last + 1 });
        }
        let actor: (Option<i64>, Option<&str>) = (row.try_get(3)?, row.try_get(4)?);
        let subject: (Option<i64>, Option<&str>) = (row.try_get(5)?, row.try_get(6)?);
        let link = Link {
            seq,
            at: row.try_get(1)?,
            action: row.try_get(2)?,
            actor: actor.0.zip(actor.1),
            subject: subject.0.zip(subject.1),
            ip: row.try_get(7)?,
            detail: row.try_get(8)?,
        };
        let mac: Vec<u8> = row.try_get(9)?;
        // Half a party is nothing that was ever written.
        let whole = actor.0.is_some() == actor.1.is_some() && subject.0.is_some() == subject.1.is_some();
        if !whole || link.mac(key, &before) != mac {
            return Ok(Finding::Changed { seq });
        }
        (last, before) = (seq, mac);
    }
    drop(rows);
    let Some(head) = head else {
        return Ok(if last == 0 { Finding::Intact { rows: 0 } } else { Finding::HeadChanged });
    };
    let (seq, mac, sealed): (i64, Vec<u8>, Vec<u8>) = (head.try_get(0)?, head.try_get(1)?, head.try_get(2)?);
    if seal(key, seq, &mac) != sealed {
        return Ok(Finding::HeadChanged);
    }
    if seq > last {
        return Ok(Finding::CutOff { last, head: seq });
    }
    Ok(if seq == last && mac == before { Finding::Intact { rows: last } } else { Finding::HeadChanged })
}
