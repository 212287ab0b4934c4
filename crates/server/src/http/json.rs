//! Strict JSON extractors and responses: one object, known fields, the right types. Errors are problem documents that name the field, never its
//! value.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use rekey_wire::problem::{self, Code};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use validator::Validate;

use crate::http::body;
use crate::http::error::{ApiError, Result};
use crate::http::middleware::Middleware;

/// Maximum length of a query string, bytes: a search of 200 emoji, percent-encoded, with room to spare.
const MAX_QUERY: usize = 4096;

/// Extracts the body as a `T`; as a response, serializes a `T`.
///
/// `T` must reject unknown fields (`deny_unknown_fields`), which also ensures that errors contain only the names of its own fields.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// Like [`Json`], and validates the rules of `T`.
#[derive(Clone, Copy, Debug)]
pub struct Valid<T>(pub T);

/// Extracts the query string as a `T`, as strictly as [`Json`].
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let body = body::read(request).await?;
        parse(&body).map(Self)
    }
}

impl<T: DeserializeOwned + Validate, S: Send + Sync> FromRequest<S> for Valid<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let Json(value) = Json::<T>::from_request(request, state).await?;
        value.validate()?;
        Ok(Self(value))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => {
                tracing::error!(%error, "an answer could not be written");
                ApiError::new(Code::Internal).into_response()
            }
        }
    }
}

/// Rejects bodies that are too large or not JSON on all unsafe methods, even for handlers without a body: a form of another site cannot reach any
/// handler.
pub fn layer() -> impl Middleware {
    from_fn(async |request: Request, next: Next| {
        let headers = request.headers();
        if request.method().is_safe() || !body::is_announced(headers) {
            return next.run(request).await;
        }
        if body::is_too_large(headers) {
            return body::refuse(request).await.into_response();
        }
        if is_json(headers) {
            return next.run(request).await;
        }
        ApiError::new(Code::UnsupportedMediaType).into_response()
    })
}

/// Returns whether the only `Content-Type` is `application/json` in UTF-8 (RFC 8259 section 8.1), without content coding.
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let mut parts = only.to_str().unwrap_or_default().split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => value.trim_matches('"').eq_ignore_ascii_case("utf-8"),
        _ => true,
    });
    let is_plain = headers.get_all(header::CONTENT_ENCODING).iter().all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    is_json && is_utf8 && is_plain
}

/// Requires an object: derived types would also accept their fields in order from an array.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(body).map_err(|_| Code::BadRequest)?;
    if !text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{') {
        return Err(Code::BadRequest.into());
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        // Where an enum variant is expected, serde_json reports any non-string as a syntax error.
        let is_json = error.inner().is_data() || serde_json::from_str::<serde_json::Value>(text).is_ok();
        if is_json { refused(error.path(), &error.inner().to_string(), "body") } else { Code::BadRequest.into() }
    })?;
    json.end().map_err(|_| Code::BadRequest)?;
    Ok(value)
}

fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T> {
    if query.len() > MAX_QUERY {
        return Err(Code::UriTooLong.into());
    }
    // Invalid UTF-8 decodes to U+FFFD. It is never a useful search, and PostgreSQL rejects NUL.
    if url::form_urlencoded::parse(query.as_bytes()).any(|(name, value)| [name, value].iter().any(|text| text.contains(['\0', '\u{fffd}'])))
    {
        return Err(ApiError::field("query", "invalid_characters", problem::message("invalid_characters")));
    }
    let pairs = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| refused(error.path(), &error.inner().to_string(), "query"))
}

/// Converts a serde error to a field error. serde distinguishes its errors only by their text; the text up to the first backquote is its own, and so
/// is the field name after "missing" and "duplicate".
fn refused(path: &Path, words: &str, whole: &str) -> ApiError {
    let mut words = words.split('`');
    let (kind, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let known = || path.iter().find_map(|segment| if let Segment::Map { key } = segment { Some(key.as_str()) } else { None });
    let (field, code) = match kind {
        "missing field " => (name, "required"),
        "duplicate field " => (name, "duplicate_field"),
        "unknown field " => (whole, "unknown_field"),
        "unknown variant " => (known().unwrap_or(whole), "invalid_value"),
        _ => (known().unwrap_or(whole), "invalid_type"),
    };
    ApiError::field(field, code, problem::message(code))
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::{Json, Query, Valid, layer};
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::{get, post};
    use http_body_util::BodyExt;
    use rekey_wire::login::LoginRequest;
    use rekey_wire::problem::{Code, Problem};
    use rekey_wire::users::Filter;
    use rekey_wire::users::bulk::BulkReset;
    use serde::Deserialize;
    use tower::ServiceExt;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Listing {
        #[serde(default)]
        filter: Filter,
        #[serde(default)]
        limit: Option<u32>,
    }

    fn app() -> Router {
        Router::new()
            .route("/login", post(async |Valid(login): Valid<LoginRequest>| login.email))
            .route("/many", post(async |Json(many): Json<BulkReset>| many.ids.concat()))
            .route("/list", get(async |Query(list): Query<Listing>| format!("{} {:?}", list.filter.as_str(), list.limit)))
            .route("/nothing", post(async || "done"))
            .layer(layer())
    }

    async fn send(request: Request) -> (u16, Vec<u8>) {
        let response = app().oneshot(request).await.expect("infallible");
        let status = response.status().as_u16();
        (status, response.into_body().collect().await.expect("a body").to_bytes().to_vec())
    }

    async fn refused(request: Request) -> Problem {
        let (status, body) = send(request).await;
        let problem: Problem = serde_json::from_slice(&body).expect("a problem document");
        assert_eq!(problem.status, status);
        let text = String::from_utf8_lossy(&body);
        assert!(!text.contains("canary"), "an answer repeats what was sent: {text}");
        problem
    }

    fn login(body: impl Into<Body>) -> Request {
        typed("/login", "application/json", body)
    }

    fn typed(path: &str, kind: &str, body: impl Into<Body>) -> Request {
        Request::post(path).header("content-type", kind).header("content-length", "9").body(body.into()).expect("a request")
    }

    fn list(query: &str) -> Request {
        Request::get(format!("/list?{query}")).body(Body::empty()).expect("a request")
    }

    #[tokio::test]
    async fn an_object_with_the_right_fields_is_read() {
        let body = r#" {"email":"jo@example.com","password":"x"} "#;
        for kind in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""] {
            assert_eq!(send(typed("/login", kind, body)).await, (200, b"jo@example.com".to_vec()), "{kind}");
        }
    }

    #[tokio::test]
    async fn only_json_is_taken() {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/json; charset=latin1",
            "application/jsonp",
            "",
        ] {
            for path in ["/login", "/nothing"] {
                assert_eq!(refused(typed(path, kind, "{}")).await.code, Code::UnsupportedMediaType, "{kind} {path}");
            }
        }
        assert_eq!(refused(Request::post("/login").body(Body::from("{}")).expect("a request")).await.status, 415);
        let mut gzipped = login("{}");
        gzipped.headers_mut().insert("content-encoding", "gzip".parse().expect("a value"));
        assert_eq!(refused(gzipped).await.status, 415);
        let mut doubtful = login("{}");
        doubtful.headers_mut().append("content-type", "text/plain".parse().expect("a value"));
        assert_eq!(refused(doubtful).await.status, 415);
    }

    #[tokio::test]
    async fn a_call_without_a_body_needs_no_type() {
        assert_eq!(send(Request::post("/nothing").body(Body::empty()).expect("a request")).await.0, 200);
        assert_eq!(send(Request::post("/nothing").header("content-length", "0").body(Body::empty()).expect("a request")).await.0, 200);
    }

    #[tokio::test]
    async fn what_is_not_one_json_object_is_unreadable() {
        let deep = format!(r#"{{"ids":{}"#, "[".repeat(9000));
        let bodies: [&[u8]; 12] = [
            b"",
            b"null",
            b"[]",
            br#"["jo@example.com","x"]"#,
            br#""canary""#,
            b"{",
            br#"{"email":"canary"#,
            b"{} {}",
            b"\xef\xbb\xbf{}",
            b"{\"email\":\"canary\xff\",\"password\":\"x\"}",
            br#"{"email":"canary\ud800","password":"x"}"#,
            deep.as_bytes(),
        ];
        for body in bodies {
            let code = refused(login(body.to_vec())).await.code;
            let expected = if body == b"{} {}" || body == deep.as_bytes() { Code::InvalidFields } else { Code::BadRequest };
            assert_eq!(code, expected, "{}", String::from_utf8_lossy(body));
        }
        let trailing = br#"{"email":"jo@example.com","password":"x"} canary"#;
        assert_eq!(refused(login(trailing.to_vec())).await.code, Code::BadRequest);
        let nested = format!(r#"{{"ids":{}{}}}"#, "[".repeat(4000), "]".repeat(4000));
        assert!(refused(typed("/many", "application/json", nested)).await.status < 500);
    }

    #[tokio::test]
    async fn a_wrong_field_is_named_and_never_repeated() {
        for (body, field, code) in [
            (r#"{"password":"x"}"#, "email", "required"),
            (r#"{"email":"","password":"x"}"#, "email", "required"),
            (r#"{"email":"canary","password":"x"}"#, "email", "invalid_email"),
            (r#"{"email":["a@b.io","canary@d.io"],"password":"x"}"#, "email", "invalid_type"),
            (r#"{"email":{"canary":1},"password":"x"}"#, "email", "invalid_type"),
            (r#"{"email":"a@b.io","email":"canary@d.io","password":"x"}"#, "email", "duplicate_field"),
            (r#"{"email":"a@b.io","password":"x","canary":1}"#, "body", "unknown_field"),
            (r#"{"email":"a@b.io","password":"x","ca`nary`":1}"#, "body", "unknown_field"),
            (r#"{"email":"a@b.io\u0000canary","password":"x"}"#, "email", "invalid_email"),
            (r#"{"email":"a@b.io","password":12}"#, "password", "invalid_type"),
        ] {
            let problem = refused(login(body)).await;
            assert_eq!(problem.status, 422, "{body}");
            let (named, errors) = problem.errors.first_key_value().expect("a field");
            assert_eq!((named.as_str(), errors[0].code.as_str()), (field, code), "{body}");
        }
        let problem = refused(typed("/many", "application/json", r#"{"ids":["1",{"canary":2}]}"#)).await;
        assert!(problem.errors.contains_key("ids"), "{:?}", problem.errors);
    }

    #[tokio::test]
    async fn a_query_is_as_strict_as_a_body() {
        assert_eq!(send(list("filter=disabled&limit=3")).await, (200, b"disabled Some(3)".to_vec()));
        for (query, field, code) in [
            ("canary=1", "query", "unknown_field"),
            ("filter=canary", "filter", "invalid_value"),
            ("limit=canary", "limit", "invalid_type"),
            ("limit=-1", "limit", "invalid_type"),
            ("limit=1&limit=2", "limit", "duplicate_field"),
            ("filter=%00", "query", "invalid_characters"),
            ("filter=%ff", "query", "invalid_characters"),
        ] {
            let problem = refused(list(query)).await;
            assert_eq!(problem.status, 422, "{query}");
            let (named, errors) = problem.errors.first_key_value().expect("a field");
            assert_eq!((named.as_str(), errors[0].code.as_str()), (field, code), "{query}");
        }
        assert_eq!(refused(list(&"x".repeat(5000))).await.code, Code::UriTooLong);
    }
}
