//! API client errors.

use crate::i18n::{MessageId, error as t};
use rekey_wire::problem::{Code, FieldErrors, Problem};

/// Error of an API call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Error {
    /// No response: offline, server down, or timeout.
    Network,
    /// An error response.
    Api(Box<ApiError>),
}

/// An error response.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ApiError {
    /// The error code; [`Code::Unknown`] if the body is not a problem document.
    pub(crate) code: Code,
    /// For 422: the rejected fields and the reasons.
    pub(crate) fields: FieldErrors,
    /// For 429: seconds until a retry can succeed.
    pub(crate) retry_after: Option<u64>,
}

impl Error {
    /// Creates an error from an error response, which may come from a proxy and not be a problem document.
    pub(super) fn api(problem: Option<Problem>, retry_after: Option<u64>) -> Self {
        let (code, fields) = problem.map_or((Code::Unknown, FieldErrors::new()), |problem| (problem.code, problem.errors));
        Self::Api(Box::new(ApiError { code, fields, retry_after }))
    }

    /// Returns the error code, if there was a response.
    #[must_use]
    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Self::Network => None,
            Self::Api(error) => Some(error.code),
        }
    }

    /// Returns whether the response had this code.
    #[must_use]
    pub(crate) fn has_code(&self, code: Code) -> bool {
        self.code() == Some(code)
    }

    /// Returns the seconds to wait, for a rate-limited call.
    #[must_use]
    pub(crate) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Api(error) if error.code == Code::TooManyRequests => Some(error.retry_after.unwrap_or(1)),
            Self::Network | Self::Api(_) => None,
        }
    }

    /// Returns the message for the user: what happened and what to do.
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
