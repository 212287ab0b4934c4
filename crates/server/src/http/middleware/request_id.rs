//! Request ids: one per request, in the log, in the `X-Request-Id` header of the response, in the problem document, and in the jobs that the request
//! enqueues.

use crate::http::middleware::{Middleware, method_name, route_name};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use ipnet::IpNet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Maximum length of an id accepted from a proxy.
const MAX_LENGTH: usize = 64;

tokio::task_local! {
    static CURRENT: Arc<str>;
}

/// Returns the id of the request (or job) that this task handles.
#[must_use]
pub fn current() -> Option<Arc<str>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Runs `work` with the id of the request that caused it.
pub async fn scope<F: Future>(id: Arc<str>, work: F) -> F::Output {
    CURRENT.scope(id, work).await
}

/// Assigns an id to every request and logs it with its method, route, status and duration. The path is not logged: the client chooses it. An incoming
/// id is kept only from `trusted` proxies, and only if it is plain.
pub fn layer(trusted: Vec<IpNet>) -> impl Middleware {
    from_fn_with_state(Arc::<[IpNet]>::from(trusted), identify)
}

async fn identify(State(trusted): State<Arc<[IpNet]>>, request: Request, next: Next) -> Response {
    let id = from_proxy(&request, &trusted).unwrap_or_else(new_id);
    let began = Instant::now();
    let span = tracing::info_span!("request", id = &*id, method = method_name(request.method()), route = route_name(&request));
    let answer = async {
        let response = next.run(request).await;
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), took_ms, "answered");
        response
    };
    let mut response = scope(Arc::clone(&id), answer.instrument(span)).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
}

fn from_proxy(request: &Request, trusted: &[IpNet]) -> Option<Arc<str>> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    let id = request.headers().get(X_REQUEST_ID)?.to_str().ok()?;
    let is_plain = (1..=MAX_LENGTH).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (is_plain && trusted.iter().any(|net| net.contains(&peer))).then(|| id.into())
}

/// A random UUID, 128 bits (RFC 9562 section 5.4).
fn new_id() -> Arc<str> {
    uuid::Uuid::new_v4().to_string().into()
}

#[cfg(test)]
mod tests {
    use super::layer;
    use crate::http::error::ApiError;
    use axum::Router;
    use axum::body::Body;
    use axum::extract::{ConnectInfo, Request};
    use axum::routing::get;
    use http_body_util::BodyExt;
    use rekey_wire::problem::Code;
    use std::net::SocketAddr;
    use tower::ServiceExt;

    /// Returns the header of the response and the id in the problem document.
    async fn ids(peer: &str, sent: Option<&str>) -> (String, String) {
        let app = Router::new()
            .route("/", get(async || ApiError::new(Code::NotFound)))
            .layer(layer(vec!["10.0.0.0/8".parse().expect("a network")]));
        let mut request = Request::get("/").body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().expect("an address"), 1)));
        if let Some(sent) = sent {
            request.headers_mut().insert("x-request-id", sent.parse().expect("a value"));
        }
        let response = app.oneshot(request).await.expect("infallible");
        let header = response.headers()["x-request-id"].to_str().expect("text").to_owned();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let problem: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        (header, problem["request_id"].as_str().expect("an id").to_owned())
    }

    #[tokio::test]
    async fn log_03_every_answer_has_an_id_of_its_own_that_the_problem_repeats() {
        let (first, second) = (ids("203.0.113.9", None).await, ids("203.0.113.9", None).await);
        assert_eq!(first.0, first.1);
        assert_ne!(first.0, second.0);
    }

    #[tokio::test]
    async fn log_03_an_id_is_taken_over_only_from_a_trusted_proxy_and_only_if_plain() {
        assert_eq!(ids("10.0.0.1", Some("abc-123")).await.0, "abc-123");
        assert_ne!(ids("203.0.113.9", Some("abc-123")).await.0, "abc-123");
        for id in ["", "a b", "a\"b", &"x".repeat(65), "<b>"] {
            assert_ne!(ids("10.0.0.1", Some(id)).await.0, id);
        }
    }
}
