//! Errors of composing and sending a mail.

/// Error of sending a mail.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SendError {
    /// A short sentence without addresses, links or secrets.
    pub reason: String,
    /// Whether and how to retry.
    pub kind: FailureKind,
}

/// Whether a failure is permanent, and what it concerns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FailureKind {
    /// It may work later, or after a change of the configuration. The mail server does not have the mail.
    Temporary,
    /// The mail server received the whole mail but did not confirm that it accepted it.
    Unconfirmed,
    /// The mail server permanently rejected this mail; it may accept another.
    Mail,
    /// The mail server rejected the address: there is no such mailbox.
    Address,
}

/// Error of composing a mail; contains nothing of the mail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ComposeError(pub &'static str);
