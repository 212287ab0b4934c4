//! The audit log: who did what, when, from where. Rows are only ever added, each in the transaction of what it tells.

mod chain;
mod list;
mod verify;

pub use chain::{append, begin};
pub(crate) use list::page_limit;
pub use list::{__path_list, list};
pub use verify::{Finding, verify};

use crate::app::App;
use crate::store::{Conn, Result};
pub use rekey_wire::audit::Action;
use std::net::IpAddr;

/// Appends a row within the caller's transaction; make it the last statement in it.
///
/// # Errors
/// Those of the database.
pub async fn record(app: &App, conn: &mut Conn, at: i64, entry: &Entry) -> Result<()> {
    append(conn, app.store.dialect(), &app.key, at, entry).await
}

/// A user as the log names them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserRef {
    /// The user's id.
    pub id: i64,
    /// The user's name at that time.
    pub name: String,
}

/// One row to be added.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What happened.
    pub action: Action,
    /// Who did it; none for a visitor, the server itself and the command line.
    pub actor: Option<UserRef>,
    /// Whose account it concerns. An unknown address is not written down, so that the log is no list of typing errors.
    pub subject: Option<UserRef>,
    /// The client's address.
    pub ip: Option<String>,
    /// More, in words.
    pub detail: Option<String>,
}

impl Entry {
    /// A row that names nobody yet.
    #[must_use]
    pub const fn new(action: Action) -> Self {
        Self { action, actor: None, subject: None, ip: None, detail: None }
    }

    /// Who did it.
    #[must_use]
    pub fn actor(mut self, actor: UserRef) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Whose account it concerns.
    #[must_use]
    pub fn subject(mut self, subject: UserRef) -> Self {
        self.subject = Some(subject);
        self
    }

    /// A visitor, or somebody acting on their own account.
    #[must_use]
    pub fn self_service(self, user_ref: UserRef) -> Self {
        self.actor(user_ref.clone()).subject(user_ref)
    }

    /// From where.
    #[must_use]
    pub fn from(mut self, ip: IpAddr) -> Self {
        self.ip = Some(ip.to_string());
        self
    }

    /// More, in words.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}
