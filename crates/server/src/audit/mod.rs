//! The audit log: who did what, when, from where. Rows are only ever added, each in the transaction of what it tells.

mod chain;
mod list;
mod verify;

pub use chain::{begin, record};
pub(crate) use list::page_limit;
pub use list::{__path_list, list};
pub use verify::{Finding, verify};

pub use rekey_wire::audit::Action;
use std::net::IpAddr;

/// A person as the log names them.
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
    pub fn by(mut self, actor: UserRef) -> Self {
        self.actor = Some(actor);
        self
    }

    /// Whose account it concerns.
    #[must_use]
    pub fn about(mut self, subject: UserRef) -> Self {
        self.subject = Some(subject);
        self
    }

    /// A visitor, or somebody acting on their own account.
    #[must_use]
    pub fn by_oneself(self, user_ref: UserRef) -> Self {
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

/// The action as it is stored: the wire's spelling.
fn spell(action: Action) -> String {
    serde_json::to_value(action).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Reads what [`spell`] wrote.
fn read(stored: &str) -> Option<Action> {
    serde_json::from_value(stored.into()).ok()
}
