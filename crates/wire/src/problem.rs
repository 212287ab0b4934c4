//! Errors as RFC 9457 problem documents: one envelope for every refusal.

use crate::users::User;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use validator::ValidationErrors;

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What went wrong, for programs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "strum", derive(strum::EnumString, strum::IntoStaticStr), strum(serialize_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// 400: the body is not JSON, or not text.
    BadRequest,
    /// 401: log in first.
    NotSignedIn,
    /// 401: address and password do not belong together, whatever the cause.
    InvalidCredentials,
    /// 403: an admin's business.
    Forbidden,
    /// 403: managers reach agents alone.
    AboveYourRole,
    /// 403: the call came from another site's page.
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
    /// 409: the last active admin stays one.
    LastAdmin,
    /// 409: nobody demotes, disables or deletes themselves.
    OwnAccount,
    /// 409: an extension of type `web` has no secret.
    NoSecret,
    /// 409: the profile holds no address that mail could go to.
    NoValidEmail,
    /// 409: the account is disabled.
    UserDisabled,
    /// 410: the link's time ran out.
    LinkExpired,
    /// 410: the link was used.
    LinkUsed,
    /// 410: something newer ended the link.
    LinkCancelled,
    /// 410: this was never a link.
    LinkInvalid,
    /// 412: somebody else changed it; `current` is how it is now.
    ChangedMeanwhile,
    /// 413.
    PayloadTooLarge,
    /// 414: the query is too long.
    UriTooLong,
    /// 415: bodies are `application/json`.
    UnsupportedMediaType,
    /// 422: `errors` names the fields.
    InvalidFields,
    /// 429: `Retry-After` says when.
    TooManyRequests,
    /// 500: a fault of the server.
    Internal,
    /// 503: the database cannot be reached.
    Unavailable,
    /// A code that this version of the page does not know.
    #[serde(other)]
    Unknown,
}

/// One reason why a field was refused.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// For programs: `required`, `invalid_email`, `too_short`, …
    pub code: String,
    /// For people, in English.
    pub message: String,
}

/// Field → why it was refused.
pub type FieldErrors = BTreeMap<String, Vec<FieldError>>;

/// The body of every answer from 400 up (RFC 9457 section 3).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI reference that names the kind of problem: `/problems/` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words, the same every time.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The kind for programs.
    pub code: Code,
    /// What happened and what to do next. It never repeats what was sent.
    pub detail: String,
    /// For 422: which fields, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false, value_type = BTreeMap<String, Vec<FieldError>>))]
    pub errors: FieldErrors,
    /// For 412: the thing as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = false, nullable = false))]
    pub current: Option<Box<User>>,
    /// The id of the request, as in the `X-Request-Id` header: name it when you report a fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// English text for a field's error code; the pages have a translation for each code.
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
