//! Errors of API calls.

use crate::i18n::{MessageId, error as t};
use rekey_wire::problem::{Code, FieldErrors, Problem};

/// A failed call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Error {
    /// No answer: offline, server down, or timeout.
    Network,
    /// The server answered with an error.
    Api(Box<ApiError>),
}

/// An error answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ApiError {
    /// The problem's code; [`Code::Unknown`] if the body was no problem document.
    pub(crate) code: Code,
    /// For 422: the refused fields and why.
    pub(crate) fields: FieldErrors,
    /// For 429: seconds until a retry makes sense.
    pub(crate) retry_after: Option<u64>,
}

impl Error {
    /// From an error answer; a proxy may have sent something other than a problem document.
    pub(super) fn api(problem: Option<Problem>, retry_after: Option<u64>) -> Self {
        let (code, fields) = problem.map_or((Code::Unknown, FieldErrors::new()), |problem| (problem.code, problem.errors));
        Self::Api(Box::new(ApiError { code, fields, retry_after }))
    }

    /// The problem's code, if the server answered.
    #[must_use]
    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Self::Network => None,
            Self::Api(error) => Some(error.code),
        }
    }

    /// Whether the server answered with this code.
    #[must_use]
    pub(crate) fn has_code(&self, code: Code) -> bool {
        self.code() == Some(code)
    }

    /// Seconds to wait, for a rate-limited call.
    #[must_use]
    pub(crate) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Api(error) if error.code == Code::TooManyRequests => Some(error.retry_after.unwrap_or(1)),
            Self::Network | Self::Api(_) => None,
        }
    }

    /// What happened and what to do, for people.
    #[must_use]
    pub(crate) fn message(&self) -> &'static str {
        let message: MessageId = match self.code() {
            None | Some(Code::RequestTimeout) => t::OUT_OF_REACH,
            Some(Code::InvalidCredentials) => t::INVALID_CREDENTIALS,
            Some(Code::NotSignedIn) => t::NOT_SIGNED_IN,
            Some(Code::Forbidden) => t::FORBIDDEN,
            Some(Code::AboveYourRole) => t::ABOVE_YOUR_ROLE,
            Some(Code::CrossSite) => t::CROSS_SITE,
            Some(Code::NotFound) => t::NOT_FOUND,
            Some(Code::EmailTaken) => t::EMAIL_TAKEN,
            Some(Code::ExtensionTaken) => t::EXTENSION_TAKEN,
            Some(Code::LastAdmin) => t::LAST_ADMIN,
            Some(Code::OwnAccount) => t::OWN_ACCOUNT,
            Some(Code::NoSecret) => t::NO_SECRET,
            Some(Code::ChangedMeanwhile) => t::CHANGED_MEANWHILE,
            Some(Code::NoValidEmail) => t::NO_VALID_EMAIL,
            Some(Code::UserDisabled) => t::USER_DISABLED,
            Some(Code::LinkExpired) => t::LINK_EXPIRED,
            Some(Code::LinkUsed) => t::LINK_USED,
            Some(Code::LinkCancelled) => t::LINK_CANCELLED,
            Some(Code::LinkInvalid) => t::LINK_INVALID,
            Some(Code::InvalidFields) => t::INVALID_FIELDS,
            Some(Code::TooManyRequests) => t::TOO_MANY_REQUESTS,
            Some(
                Code::BadRequest
                | Code::MethodNotAllowed
                | Code::PayloadTooLarge
                | Code::UriTooLong
                | Code::UnsupportedMediaType
                | Code::Internal
                | Code::Unavailable
                | Code::Unknown,
            ) => t::SERVER,
        };
        message.text()
    }
}
