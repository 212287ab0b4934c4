//! API errors: one type, sent as RFC 9457 problem documents that never contain request data.

use crate::http::middleware::request_id;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rekey_wire::email::EmailError;
use rekey_wire::problem::{self, Code, FieldError, FieldErrors, Problem};
use rekey_wire::users::User;

/// Result of a handler.
pub type Result<T> = std::result::Result<T, ApiError>;

/// `Retry-After` in seconds when the server is temporarily unavailable.
const UNAVAILABLE_RETRY: u64 = 5;

/// An error: a [`Code`] and the details of its response.
#[derive(Debug)]
pub struct ApiError {
    code: Code,
    errors: FieldErrors,
    retry_after: Option<u64>,
    current: Option<Box<User>>,
}

impl ApiError {
    /// Creates an error without details.
    #[must_use]
    pub const fn new(code: Code) -> Self {
        Self { code, errors: FieldErrors::new(), retry_after: None, current: None }
    }

    /// Sets `Retry-After` in seconds (RFC 9110 section 10.2.3).
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// 412: a concurrent change came first; includes the current user.
    #[must_use]
    pub fn changed_meanwhile(current: User) -> Self {
        Self { current: Some(Box::new(current)), ..Self::new(Code::ChangedMeanwhile) }
    }

    /// 422 for one field. `message` is for people and must not contain the field's value.
    #[must_use]
    pub fn field(name: &str, code: &str, message: impl Into<String>) -> Self {
        let error = FieldError { code: code.to_owned(), message: message.into() };
        Self::fields(FieldErrors::from([(name.to_owned(), vec![error])]))
    }

    /// [`Self::field`] with the API's message for the code.
    #[must_use]
    pub fn refused(name: &str, code: &str) -> Self {
        Self::field(name, code, problem::message(code))
    }

    /// 422 for several fields.
    #[must_use]
    pub const fn fields(errors: FieldErrors) -> Self {
        Self { code: Code::InvalidFields, errors, retry_after: None, current: None }
    }

    /// Returns the error code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Returns the HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        status(self.code)
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<validator::ValidationErrors> for ApiError {
    fn from(found: validator::ValidationErrors) -> Self {
        Self::fields(problem::field_errors(&found))
    }
}

impl From<EmailError> for ApiError {
    fn from(fault: EmailError) -> Self {
        Self::refused("email", fault.code())
    }
}

impl From<getrandom::Error> for ApiError {
    fn from(error: getrandom::Error) -> Self {
        tracing::error!(%error, "the system's random generator failed");
        Self::new(Code::Internal)
    }
}

impl From<sqlx::Error> for ApiError {
    /// Logs the error without the bound values, which may be secret.
    fn from(error: sqlx::Error) -> Self {
        let cause = database_cause(&error);
        if is_passing(&error) {
            tracing::error!(cause, "the database cannot be reached");
            return Self::new(Code::Unavailable).retry_after(UNAVAILABLE_RETRY);
        }
        tracing::error!(cause, "a query failed");
        Self::new(Code::Internal)
    }
}

/// Returns whether the same query may succeed later: no connection, a busy file, a full disk, a server that restarts.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) => true,
        sqlx::Error::Database(e) => e.code().is_some_and(|code| match e.try_downcast_ref::<sqlx::sqlite::SqliteError>() {
            // SQLITE_BUSY, _LOCKED, _READONLY, _IOERR, _FULL, _CANTOPEN: the low byte, also of extended codes.
            Some(_) => code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14)),
            // PostgreSQL: 40 is "transaction rollback" (deadlock), 53 "insufficient resources", 57P "operator intervention".
            None => ["40", "53", "57P"].iter().any(|class| code.starts_with(class)),
        }),
        _ => false,
    }
}

/// Describes a database error without statement and values. SQLite's messages name columns only; PostgreSQL's may quote a value, so only SQLSTATE and
/// constraint are used.
fn database_cause(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(e) if e.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() => e.message().to_owned(),
        sqlx::Error::Database(e) => {
            format!("{} {}", e.code().unwrap_or_default(), e.constraint().unwrap_or_default()).trim_end().to_owned()
        }
        sqlx::Error::Io(e) => e.kind().to_string(),
        sqlx::Error::ColumnNotFound(column) => format!("no column {column}"),
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index} is of another type"),
        sqlx::Error::RowNotFound => "no row".to_owned(),
        sqlx::Error::PoolTimedOut => "no connection in time".to_owned(),
        sqlx::Error::PoolClosed => "the server is stopping".to_owned(),
        _ => "unexpected".to_owned(),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (title, detail) = words(self.code);
        let status = self.status();
        let name: &str = self.code.into();
        let problem = Problem {
            kind: format!("/problems/{name}"),
            title: title.to_owned(),
            status: status.as_u16(),
            code: self.code,
            detail: detail.to_owned(),
            errors: self.errors,
            current: self.current,
            request_id: request_id::current().map(|id| id.to_string()),
        };
        let headers = [(header::CONTENT_TYPE, problem::MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")];
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, headers, body).into_response();
        if self.code == Code::RequestTimeout {
            // The rest of the body may still arrive; it must not be parsed as a request (RFC 9110 section 15.5.9).
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

const fn status(code: Code) -> StatusCode {
    match code {
        Code::BadRequest => StatusCode::BAD_REQUEST,
        Code::NotSignedIn | Code::InvalidCredentials => StatusCode::UNAUTHORIZED,
        Code::Forbidden | Code::AboveYourRole | Code::CrossSite => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        Code::EmailTaken
        | Code::ExtensionTaken
        | Code::NoValidEmail
        | Code::UserDisabled
        | Code::LastAdmin
        | Code::OwnAccount
        | Code::NoSecret => StatusCode::CONFLICT,
        Code::LinkExpired | Code::LinkUsed | Code::LinkCancelled | Code::LinkInvalid => StatusCode::GONE,
        Code::ChangedMeanwhile => StatusCode::PRECONDITION_FAILED,
        Code::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UriTooLong => StatusCode::URI_TOO_LONG,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::InvalidFields => StatusCode::UNPROCESSABLE_ENTITY,
        Code::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Code::Internal | Code::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Returns title and detail of each code: what happened, and what to do.
const fn words(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::BadRequest => ("Not readable", "The body is not one JSON object in UTF-8. Correct it and send it again."),
        Code::NotSignedIn => ("Not logged in", "Log in, then try again."),
        Code::InvalidCredentials => {
            ("Login failed", "That email and password do not belong together. Check both, or ask for a reset link.")
        }
        Code::Forbidden => ("Not allowed", "Your role does not allow this. Ask an admin."),
        Code::AboveYourRole => ("Above your role", "Managers reach agents alone. Ask an admin."),
        Code::CrossSite => ("From another site", "This call came from a page of another site. Open this site and try again there."),
        Code::NotFound => ("Not found", "There is nothing here. Check the address."),
        Code::MethodNotAllowed => ("Method not allowed", "This address does not take that method. The Allow header names those it takes."),
        Code::RequestTimeout => ("Too slow", "The request did not arrive in time. Check the connection and send it again."),
        Code::EmailTaken => ("Address in use", "Another user has this email address. Use a different one, or change theirs first."),
        Code::ExtensionTaken => ("Extension in use", "Another user has this extension. Choose a different one."),
        Code::LastAdmin => ("Last admin", "This is the last active admin. Make somebody else an admin first."),
        Code::OwnAccount => ("Own account", "You cannot do this to your own account. Ask another admin."),
        Code::NoSecret => ("No secret", "An extension of type web has no secret. Change its type first."),
        Code::ChangedMeanwhile => {
            ("Changed meanwhile", "Somebody else changed this meanwhile. Compare with `current`, and send the change again.")
        }
        Code::NoValidEmail => ("No valid email", "The profile holds no valid email address. Add one, then reset the password."),
        Code::UserDisabled => ("User disabled", "This account is disabled. Enable it first."),
        Code::LinkExpired => ("Link expired", "This link has expired. Ask for a new one."),
        Code::LinkUsed => ("Link used", "This link has already been used. Ask for a new one if the password is to change again."),
        Code::LinkCancelled => {
            ("Link cancelled", "This link was cancelled, by a newer link or a change to the account. Ask for a new one.")
        }
        Code::LinkInvalid => ("Link not valid", "This is not a valid link. Open the whole link from the mail, or ask for a new one."),
        Code::PayloadTooLarge => ("Too large", "The body is over 16 KiB. Send less."),
        Code::UriTooLong => ("Address too long", "The query is too long. Search for less."),
        Code::UnsupportedMediaType => {
            ("Not JSON", "Send the body as Content-Type: application/json, in UTF-8 and without Content-Encoding.")
        }
        Code::InvalidFields => {
            ("Fields to correct", "Some fields were refused. Correct those that `errors` names and send the request again.")
        }
        Code::TooManyRequests => ("Too many requests", "Wait as long as the Retry-After header says, then try again."),
        Code::Internal | Code::Unknown => {
            ("Server fault", "Something went wrong on the server. Try again; if it goes on, tell its operator.")
        }
        Code::Unavailable => ("Not available now", "The server cannot do this right now. Try again in a moment."),
    }
}

#[cfg(test)]
mod tests {
    use super::ApiError;
    use axum::http::{StatusCode, header};
    use axum::response::IntoResponse;
    use http_body_util::BodyExt;
    use rekey_wire::problem::{Code, Problem};

    async fn problem(error: ApiError) -> (axum::http::HeaderMap, Problem) {
        let response = error.into_response();
        let headers = response.headers().clone();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let problem: Problem = serde_json::from_slice(&body).expect("a problem document");
        assert_eq!(problem.status, status, "the body repeats the status");
        (headers, problem)
    }

    #[tokio::test]
    async fn a_refusal_is_a_problem_document_that_nobody_stores() {
        let (headers, problem) = problem(ApiError::new(Code::NoValidEmail)).await;
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(problem.kind, "/problems/no_valid_email");
        assert_eq!((problem.status, problem.code), (409, Code::NoValidEmail));
        assert!(problem.errors.is_empty() && !headers.contains_key(header::RETRY_AFTER));
    }

    #[tokio::test]
    async fn a_limit_says_when_to_come_back() {
        let (headers, problem) = problem(ApiError::new(Code::TooManyRequests).retry_after(42)).await;
        assert_eq!((problem.status, &headers[header::RETRY_AFTER]), (429, &"42".parse().expect("a value")));
    }

    #[tokio::test]
    async fn refused_fields_are_named() {
        let (_, problem) = problem(ApiError::field("new_password", "too_short", "Use at least 15 characters.")).await;
        assert_eq!(problem.status, 422);
        assert_eq!(problem.errors["new_password"][0].code, "too_short");
    }

    #[test]
    fn a_database_out_of_reach_is_unavailable_and_a_bad_query_a_fault() {
        assert_eq!(ApiError::from(sqlx::Error::PoolTimedOut).status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ApiError::from(sqlx::Error::RowNotFound).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
