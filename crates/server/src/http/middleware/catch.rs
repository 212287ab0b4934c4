//! Panic and timeout middleware: isolates requests from each other.

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use futures_util::FutureExt;
use rekey_wire::problem::Code;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::timeout;

use crate::http::error::ApiError;
use crate::http::middleware::Middleware;

/// Request timeout. Longer than the wait for a database connection, so that it ends only requests that would never finish.
const MAX_TIME: Duration = Duration::from_secs(60);

/// Responds with 500 if a handler panics, and with 503 if it takes over a minute to start its response.
pub fn layer() -> impl Middleware {
    from_fn(async |request: Request, next: Next| {
        // The request's state is dropped after a panic; the panic hook has logged it.
        match timeout(MAX_TIME, AssertUnwindSafe(next.run(request)).catch_unwind()).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => ApiError::new(Code::Internal).into_response(),
            Err(_) => ApiError::new(Code::Unavailable).into_response(),
        }
    })
}

/// For `Router::method_not_allowed_fallback`; the router adds `Allow`.
pub async fn method_not_allowed() -> ApiError {
    ApiError::new(Code::MethodNotAllowed)
}

#[cfg(test)]
mod tests {
    use super::{layer, method_not_allowed};
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::StatusCode;
    use axum::response::Response;
    use axum::routing::get;
    use tower::ServiceExt;

    async fn send(method: &str, path: &str) -> Response {
        let panicking = async || -> &str { std::panic::resume_unwind(Box::new("a fault")) };
        let app = Router::new()
            .route("/panics", get(panicking))
            .route("/hangs", get(async || std::future::pending::<&str>().await))
            .method_not_allowed_fallback(method_not_allowed)
            .layer(layer());
        app.oneshot(Request::builder().method(method).uri(path).body(Body::empty()).expect("a request")).await.expect("infallible")
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_of_the_server() {
        let response = send("GET", "/panics").await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_takes_for_ever() {
        assert_eq!(send("GET", "/hangs").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn a_wrong_method_is_told_the_right_ones() {
        for method in ["POST", "TRACE", "OPTIONS"] {
            let response = send(method, "/panics").await;
            assert_eq!((response.status(), response.headers()["allow"].as_bytes()), (StatusCode::METHOD_NOT_ALLOWED, &b"GET,HEAD"[..]));
            assert_eq!(response.headers()["content-type"], "application/problem+json");
        }
    }
}
