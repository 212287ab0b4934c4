//! API errors as RFC 9457 problem documents.

use crate::users::User;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use validator::ValidationErrors;

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Machine-readable error code.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "strum", derive(strum::EnumString, strum::IntoStaticStr), strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// 400: the body is not JSON, or not UTF-8.
    BadRequest,
    /// 401: login required.
    NotSignedIn,
    /// 401: wrong credentials, whatever the cause.
    InvalidCredentials,
    /// 403: the role does not allow it.
    Forbidden,
    /// 403: managers can only manage agents.
    AboveYourRole,
    /// 403: the request came from another site's page.
    CrossSite,
    /// 404.
    NotFound,
    /// 405.
    MethodNotAllowed,
    /// 408: the body did not arrive in time.
    RequestTimeout,
    /// 409: another user has this address.
    EmailTaken,
    /// 409: another user has this extension.
    ExtensionTaken,
    /// 409: the last active admin cannot be demoted, disabled or deleted.
    LastAdmin,
    /// 409: users cannot demote, disable or delete themselves.
    OwnAccount,
    /// 409: an extension of type `web` has no secret.
    NoSecret,
    /// 409: the account has no valid address.
    NoValidEmail,
    /// 409: the account is disabled.
    UserDisabled,
    /// 410: the link has expired.
    LinkExpired,
    /// 410: the link was used.
    LinkUsed,
    /// 410: the link was cancelled.
    LinkCancelled,
    /// 410: there is no such link.
    LinkInvalid,
    /// 412: a concurrent change; `current` is the current state.
    ChangedMeanwhile,
    /// 413.
    PayloadTooLarge,
    /// 414: the query is too long.
    UriTooLong,
    /// 415: the body must be `application/json`.
    UnsupportedMediaType,
    /// 422: `errors` lists the fields.
    InvalidFields,
    /// 429: see `Retry-After`.
    TooManyRequests,
    /// 500: internal server error.
    Internal,
    /// 503: the database cannot be reached.
    Unavailable,
    /// A code unknown to this version of the pages.
    #[serde(other)]
    Unknown,
}

/// One reason why a field was rejected.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Machine-readable: `required`, `invalid_email`, `too_short`, …
    pub code: String,
    /// Human-readable, in English.
    pub message: String,
}

/// Field names and the reasons why each was rejected.
pub type FieldErrors = BTreeMap<String, Vec<FieldError>>;

/// The body of every response with status 400 or above (RFC 9457 section 3).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// URI reference of the problem type: `/problems/` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short summary of the problem type, always the same.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Machine-readable error code.
    pub code: Code,
    /// What happened and what to do next. Never contains request data.
    pub detail: String,
    /// For 422: the rejected fields and the reasons.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false, value_type = BTreeMap<String, Vec<FieldError>>))]
    pub errors: FieldErrors,
    /// For 412: the current state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false))]
    pub current: Option<Box<User>>,
    /// The request id, as in the `X-Request-Id` header: include it in a bug report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Returns English text for a field's error code; the pages have a translation for each code.
#[must_use]
pub fn message(code: &str) -> &'static str {
    match code {
        "required" => "Fill this in.",
        "invalid_email" => "Enter an address like name@example.com.",
        "too_long" => "Use fewer characters.",
        "too_short" => "Use more characters.",
        "invalid_characters" => "Leave out line breaks and control characters.",
        "unknown_field" => "Leave this out: it is not known here.",
        "duplicate_field" => "Send this once.",
        "invalid_type" => "Send a value of the right type.",
        "invalid_value" => "Send one of the values that the API description names.",
        "own_account" => "You cannot change this of your own account: ask another admin.",
        "invalid_phone" => "Use digits, spaces and + - ( ) . / only.",
        "invalid_extension" => "Use a number of at most nine digits that does not begin with 0.",
        "wrong_password" => "That is not your current password.",
        "same_password" => "Choose a password other than the current one.",
        _ => "Check this.",
    }
}

/// Converts `validator`'s errors to the problem document's `errors`.
#[must_use]
pub fn field_errors(found: &ValidationErrors) -> FieldErrors {
    let fields = found.field_errors();
    let named = fields.into_iter().map(|(field, errors)| {
        let errors = errors.iter().map(|error| {
            let text = error.message.as_deref().unwrap_or_else(|| message(&error.code));
            FieldError { code: error.code.to_string(), message: text.to_owned() }
        });
        (field.to_string(), errors.collect())
    });
    named.collect()
}
