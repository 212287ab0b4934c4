//! A user and the newest reset, from their rows to the wire.

use crate::clock::rfc3339;
use crate::reset::{ResetTimestamps, requester};
use rekey_wire::language::Language;
use rekey_wire::users::{EmailStatus, ExtensionType, Requester, Reset, Role, Status, User};

/// The columns of [`UserRow`], to be selected from [`FROM`].
pub const COLUMNS: &str = "u.id, u.name, u.email, u.email_status, u.role, u.status, u.phone, u.language, u.extension, u.extension_type, u.paused_until, u.last_login_at, \
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
    phone: Option<String>,
    language: Option<String>,
    pub(super) extension: i64,
    extension_type: String,
    paused_until: Option<i64>,
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
            state_at: rfc3339(self.timestamps.state_at(now).unwrap_or(requested_at)),
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
            phone: self.phone,
            language: language(self.language.as_deref()),
            extension: self.extension.to_string(),
            extension_type: extension_type(&self.extension_type),
            last_login_at: (self.last_login_at > 0).then(|| rfc3339(self.last_login_at)),
            paused_until: self.paused_until.filter(|until| *until > now).map(rfc3339),
            reset,
        }
    }
}

/// Reads a stored role; what is not known may do least.
#[must_use]
pub fn role(stored: &str) -> Role {
    stored.parse().unwrap_or(Role::Agent)
}

/// A role as it is stored.
#[must_use]
pub fn role_str(role: Role) -> &'static str {
    role.into()
}

/// Reads a stored language; what is not known counts as not chosen.
#[must_use]
pub fn language(stored: Option<&str>) -> Option<Language> {
    stored.and_then(|tag| tag.parse().ok())
}

/// Reads a stored type of extension; what is not known has no secret.
#[must_use]
pub fn extension_type(stored: &str) -> ExtensionType {
    stored.parse().unwrap_or_default()
}

/// Reads a stored status; what is not known is closed.
#[must_use]
pub fn status(stored: &str) -> Status {
    stored.parse().unwrap_or(Status::Disabled)
}

/// A status as it is stored.
#[must_use]
pub fn status_str(status: Status) -> &'static str {
    status.into()
}

fn email_status(stored: &str) -> EmailStatus {
    stored.parse().unwrap_or(EmailStatus::Missing)
}
