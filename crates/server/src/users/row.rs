//! A user and the newest reset, from their rows to the wire.

use crate::clock::rfc3339;
use crate::reset::{ResetTimestamps, requester};
use rekey_wire::users::{EmailStatus, Requester, Reset, Role, Status, User};

/// The columns of [`UserRow`], to be selected from [`FROM`].
pub const COLUMNS: &str = "u.id, u.name, u.email, u.email_status, u.role, u.status, u.extension, u.last_login_at, \
     u.name_sort, u.email_sort, \
     r.requested_at, r.by_kind, r.by_name, r.detail, r.sent_at, r.expires_at, r.opened_at, r.used_at, r.cancelled_at, r.failed_at";

/// The tables of [`COLUMNS`].
pub const FROM: &str = "users AS u LEFT JOIN resets AS r ON r.id = u.reset_id";

/// [`COLUMNS`] as they are stored.
#[derive(sqlx::FromRow)]
pub struct UserRow {
    pub(super) id: i64,
    name: String,
    email: Option<String>,
    email_status: String,
    role: String,
    status: String,
    pub(super) extension: i64,
    pub(super) last_login_at: i64,
    pub(super) name_sort: String,
    pub(super) email_sort: String,
    requested_at: Option<i64>,
    by_kind: Option<String>,
    by_name: Option<String>,
    detail: Option<String>,
    #[sqlx(flatten)]
    timestamps: ResetTimestamps,
}

impl UserRow {
    /// As the API shows it at `now` (Unix milliseconds).
    #[must_use]
    pub fn into_user(self, now: i64) -> User {
        let reset = self.requested_at.map(|requested_at| Reset {
            state: self.timestamps.state(now),
            requested_at: rfc3339(requested_at),
            requested_by: Requester { kind: requester(&self.by_kind.unwrap_or_default()), name: self.by_name.unwrap_or_default() },
            // Between minting and the mail server's answer the mail still counts as queued.
            expires_at: self.timestamps.sent_at.and(self.timestamps.expires_at).map(rfc3339),
            detail: self.detail,
        });
        User {
            id: self.id.to_string(),
            name: self.name,
            email: self.email,
            email_status: email_status(&self.email_status),
            role: role(&self.role),
            status: status(&self.status),
            extension: self.extension.to_string(),
            last_login_at: (self.last_login_at > 0).then(|| rfc3339(self.last_login_at)),
            reset,
        }
    }
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
