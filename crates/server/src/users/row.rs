//! A user and the newest reset, from their rows to the wire.

use crate::clock::rfc3339;
use crate::reset::{ResetTimestamps, requester};
use crate::store::Result;
use rekey_wire::users::{EmailStatus, Requester, Reset, Role, Status, User};
use sqlx::Row;
use sqlx::any::AnyRow;

/// What [`read`] reads, to be selected from [`FROM`].
pub const COLUMNS: &str = "u.id, u.name, u.email, u.email_status, u.role, u.status, u.extension, u.last_login_at, \
     r.requested_at, r.by_kind, r.by_name, r.detail, r.sent_at, r.expires_at, r.opened_at, r.used_at, r.cancelled_at, r.failed_at";

/// The tables of [`COLUMNS`].
pub const FROM: &str = "users u LEFT JOIN resets r ON r.id = u.reset_id";

/// Reads [`COLUMNS`] as they are at `now` (Unix milliseconds).
///
/// # Errors
/// A column is not there.
pub fn read(row: &AnyRow, now: i64) -> Result<User> {
    Ok(User {
        id: row.try_get::<i64, _>(0)?.to_string(),
        name: row.try_get(1)?,
        email: row.try_get(2)?,
        email_status: email_status(row.try_get(3)?),
        role: role(row.try_get(4)?),
        status: status(row.try_get(5)?),
        extension: row.try_get::<i64, _>(6)?.to_string(),
        last_login_at: row.try_get::<Option<i64>, _>(7)?.map(rfc3339),
        reset: reset(row, now)?,
    })
}

fn reset(row: &AnyRow, now: i64) -> Result<Option<Reset>> {
    let Some(requested_at) = row.try_get::<Option<i64>, _>(8)? else { return Ok(None) };
    let marks = ResetTimestamps::read(row, 12)?;
    Ok(Some(Reset {
        state: marks.state(now),
        requested_at: rfc3339(requested_at),
        requested_by: Requester { kind: requester(row.try_get(9)?), name: row.try_get(10)? },
        // Between minting and the mail server's word the mail still counts as queued.
        expires_at: marks.sent_at.and(marks.expires_at).map(rfc3339),
        detail: row.try_get(11)?,
    }))
}

/// Reads a stored role; what is not known may do least.
#[must_use]
pub fn role(stored: &str) -> Role {
    if stored == "admin" { Role::Admin } else { Role::Agent }
}

/// A role as it is stored.
#[must_use]
pub const fn role_str(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Agent => "agent",
    }
}

/// Reads a stored status; what is not known is closed.
#[must_use]
pub fn status(stored: &str) -> Status {
    if stored == "active" { Status::Active } else { Status::Disabled }
}

/// A status as it is stored.
#[must_use]
pub const fn status_str(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Disabled => "disabled",
    }
}

fn email_status(stored: &str) -> EmailStatus {
    match stored {
        "ok" => EmailStatus::Ok,
        "bounced" => EmailStatus::Bounced,
        "invalid" => EmailStatus::Invalid,
        _ => EmailStatus::Missing,
    }
}
