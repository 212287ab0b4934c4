//! What can go wrong with a call: the server says no, or nothing is heard of it.

use crate::words::{self, error as w};
use rekey_wire::problem::{Code, FieldErrors, Problem};

/// A failed call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Error {
    /// No answer: no network, no server, or too late.
    OutOfReach,
    /// The server answered, and it was no.
    Refused(Box<Refusal>),
}

/// What the server said no with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    /// The kind; [`Code::Unknown`] where the answer was no problem document.
    pub(crate) code: Code,
    /// For 422: which fields, and why.
    pub(crate) fields: FieldErrors,
    /// For 429: seconds until it is worth trying again.
    pub(crate) retry_after: Option<u64>,
}

impl Error {
    /// From what the server sent; something in between (a proxy) may have sent something else.
    pub(super) fn refused(problem: Option<Problem>, retry_after: Option<u64>) -> Self {
        let (code, fields) = problem.map_or((Code::Unknown, FieldErrors::new()), |problem| (problem.code, problem.errors));
        Self::Refused(Box::new(Refusal { code, fields, retry_after }))
    }

    /// The kind of a refusal.
    #[must_use]
    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Self::OutOfReach => None,
            Self::Refused(refusal) => Some(refusal.code),
        }
    }

    /// Whether it is a refusal of this kind.
    #[must_use]
    pub(crate) fn is(&self, code: Code) -> bool {
        self.code() == Some(code)
    }

    /// Seconds to wait, where the server asks for patience.
    #[must_use]
    pub(crate) fn wait(&self) -> Option<u64> {
        match self {
            Self::Refused(refusal) if refusal.code == Code::TooManyRequests => Some(refusal.retry_after.unwrap_or(1)),
            _ => None,
        }
    }

    /// The code of the first reason why `field` was refused, and the server's own words for it.
    #[must_use]
    pub(crate) fn field(&self, field: &str) -> Option<(&str, &str)> {
        let Self::Refused(refusal) = self else { return None };
        let reason = refusal.fields.get(field)?.first()?;
        Some((&reason.code, &reason.message))
    }

    /// What happened and what to do, for people.
    #[must_use]
    pub(crate) fn words(&self) -> &'static str {
        let word: words::Word = match self.code() {
            None => w::OUT_OF_REACH,
            Some(Code::InvalidCredentials) => w::INVALID_CREDENTIALS,
            Some(Code::NotSignedIn) => w::NOT_SIGNED_IN,
            Some(Code::Forbidden) => w::FORBIDDEN,
            Some(Code::CrossSite) => w::CROSS_SITE,
            Some(Code::NotFound) => w::NOT_FOUND,
            Some(Code::EmailTaken) => w::EMAIL_TAKEN,
            Some(Code::NoValidEmail) => w::NO_VALID_EMAIL,
            Some(Code::UserDisabled) => w::USER_DISABLED,
            Some(Code::LinkExpired) => w::LINK_EXPIRED,
            Some(Code::LinkUsed) => w::LINK_USED,
            Some(Code::LinkCancelled) => w::LINK_CANCELLED,
            Some(Code::LinkInvalid) => w::LINK_INVALID,
            Some(Code::InvalidFields) => w::INVALID_FIELDS,
            Some(Code::TooManyRequests) => w::TOO_MANY_REQUESTS,
            Some(Code::RequestTimeout) => w::OUT_OF_REACH,
            Some(_) => w::SERVER,
        };
        word.text()
    }
}
