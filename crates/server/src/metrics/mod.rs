//! What operators watch, as Prometheus text. No label is made of anything a client sends.

mod registry;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use rekey_wire::problem::Code;
use std::time::{Duration, Instant};
use tokio::time::timeout;

use crate::app::App;
use crate::client_ip::{ClientIp, is_passed_on};
use crate::error::ApiError;
use crate::mail::outbox;
use crate::middleware::Middleware;
use registry::{Count, Registry};

static REGISTRY: Registry = Registry::new();

const QUEUE: &str = "rekey_mail_queue";
/// How long the database may take to tell the length of the queue.
const PATIENCE: Duration = Duration::from_secs(1);

/// Counts a mail that the mail server took.
pub fn mail_sent() {
    REGISTRY.count(Count::MailSent);
}

/// Counts an attempt to send a mail that failed, be it tried again or not.
pub fn mail_failed() {
    REGISTRY.count(Count::MailFailed);
}

/// Counts a login.
pub fn login(is_success: bool) {
    REGISTRY.count(if is_success { Count::LoginSucceeded } else { Count::LoginFailed });
}

/// `GET /metrics`, to who asks from inside and directly: whether "Forgot your password?" made a mail shows in the
/// numbers, and so who has an account (ENU-01).
pub async fn serve(State(app): State<App>, client: ClientIp, headers: HeaderMap) -> Response {
    if !client.is_inside() || is_passed_on(&headers) {
        return ApiError::new(Code::NotFound).into_response();
    }
    let mut text = REGISTRY.text();
    // Without the database the other numbers are wanted all the more.
    if let Ok(Ok(waiting)) = timeout(PATIENCE, outbox::waiting(&app.store)).await {
        text += &format!("# HELP {QUEUE} Jobs that wait in the mail queue.\n# TYPE {QUEUE} gauge\n{QUEUE} {waiting}\n");
    }
    answer(text)
}

fn answer(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// Logs and measures every request: its method, the route that took it, the status and the time until the answer
/// began. The path itself is neither logged nor counted: it is the client's to choose.
pub fn layer() -> impl Middleware {
    from_fn(async |request: Request, next: Next| {
        let began = Instant::now();
        let method = method_name(request.method());
        let route = request.extensions().get::<MatchedPath>().map_or_else(|| "pages".to_owned(), |path| path.as_str().to_owned());
        let response = next.run(request).await;
        let (status, took) = (response.status().as_u16(), began.elapsed());
        tracing::info!(method, route, status, took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "request");
        REGISTRY.request(method, route, status, took);
        response
    })
}

/// The methods of RFC 9110; a client may make up others.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::{REGISTRY, answer, layer};
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    #[tokio::test]
    async fn requests_are_counted_by_route_and_never_by_path() {
        let app = Router::new()
            .route("/things/{id}", get(async || "thing"))
            .route("/metrics", get(async || answer(REGISTRY.text())))
            .layer(layer());
        for (method, path) in [("GET", "/things/canary"), ("BREW", "/things/canary"), ("GET", "/canary?canary")] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
            app.clone().oneshot(request).await.expect("infallible");
        }
        let response = app.oneshot(Request::get("/metrics").body(Body::empty()).expect("a request")).await.expect("infallible");
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let text = std::str::from_utf8(&body).expect("text");
        assert!(text.contains("rekey_http_requests_total{route=\"/things/{id}\",method=\"GET\",status=\"200\"} 1\n"), "{text}");
        assert!(text.contains("rekey_http_requests_total{route=\"/things/{id}\",method=\"other\",status=\"405\"} 1\n"), "{text}");
        assert!(text.contains("rekey_http_requests_total{route=\"pages\",method=\"GET\",status=\"404\"}"), "{text}");
        assert!(!text.contains("canary") && !text.contains("BREW"), "{text}");
    }
}
