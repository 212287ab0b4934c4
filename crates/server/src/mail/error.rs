//! Errors of composing a mail and of handing it over.

/// Why a mail was not handed over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SendError {
    /// In words: a short text without address, link or secret.
    pub reason: String,
    /// Whether another attempt is of any use.
    pub kind: FailureKind,
}

/// How final a failure is, and what it concerns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FailureKind {
    /// It may work later, or once the configuration is corrected. The mail server does not have the mail.
    Temporary,
    /// The mail server got the whole mail and never said whether it took it.
    Unconfirmed,
    /// The mail server refused this mail for good; another one may be taken.
    Mail,
    /// The mail server knows no such address.
    Address,
}

/// A mail could not be made; the text holds nothing of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ComposeError(pub &'static str);
