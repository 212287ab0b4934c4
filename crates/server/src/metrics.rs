//! Metrics: counters and histograms in Prometheus text format. No label is made of anything that a client sends.

use crate::app::App;
use crate::http::error::ApiError;
use crate::http::middleware::Middleware;
use crate::http::middleware::client_ip::{ClientIp, is_proxied};
use crate::jobs::outbox;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};
use rekey_wire::problem::Code;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Upper bounds of the duration buckets in seconds: pages take microseconds, hashing a fraction of a second, a queue seconds.
const BUCKETS: [f64; 9] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];
/// How long the database may take to count the queue.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(1);

static METRICS: LazyLock<Metrics> = LazyLock::new(|| Metrics::register().unwrap_or_else(|error| unreachable!("{error}")));

struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    mails: IntCounterVec,
    logins: IntCounterVec,
    queue: IntGauge,
}

impl Metrics {
    fn register() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let counter = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let requests = counter("rekey_http_requests_total", "Requests answered.", &["route", "method", "status"])?;
        let mails = counter("rekey_mails_total", "Attempts to send a mail.", &["outcome"])?;
        let logins = counter("rekey_logins_total", "Attempts to log in.", &["outcome"])?;
        let options = HistogramOpts::new("rekey_http_request_duration_seconds", "Time until an answer began.").buckets(BUCKETS.to_vec());
        let durations = HistogramVec::new(options, &["route"])?;
        let queue = IntGauge::new("rekey_mail_queue", "Jobs that wait in the mail queue.")?;
        registry.register(Box::new(durations.clone()))?;
        // Outcomes that have not happened yet are shown as 0.
        for (family, outcomes) in [(&mails, ["sent", "failed"]), (&logins, ["succeeded", "failed"])] {
            for outcome in outcomes {
                family.with_label_values(&[outcome]);
            }
        }
        Ok(Self { registry, requests, durations, mails, logins, queue })
    }
}

/// Counts a mail that the mail server took.
pub fn mail_sent() {
    METRICS.mails.with_label_values(&["sent"]).inc();
}

/// Counts an attempt to send a mail that failed, whether or not it will be retried.
pub fn mail_failed() {
    METRICS.mails.with_label_values(&["failed"]).inc();
}

/// Counts a login.
pub fn login(is_success: bool) {
    METRICS.logins.with_label_values(&[if is_success { "succeeded" } else { "failed" }]).inc();
}

/// `GET /metrics`, for direct requests from inside the network: whether "Forgot your password?" made a mail shows in the
/// numbers, and so who has an account.
pub async fn serve(State(app): State<App>, client: ClientIp, headers: HeaderMap) -> Response {
    if !client.is_inside() || is_proxied(&headers) {
        return ApiError::new(Code::NotFound).into_response();
    }
    let mut families = METRICS.registry.gather();
    // Without the database the other numbers are needed all the more.
    if let Ok(Ok(waiting)) = timeout(QUEUE_TIMEOUT, outbox::waiting(&app.store)).await {
        METRICS.queue.set(waiting);
        families.extend(prometheus::core::Collector::collect(&METRICS.queue));
    }
    text(&families)
}

fn text(families: &[prometheus::proto::MetricFamily]) -> Response {
    match TextEncoder::new().encode_to_string(families) {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            ApiError::new(Code::Internal).into_response()
        }
    }
}

/// Measures every request: its method, the route that took it, the status and the time until the answer began. The path
/// itself is not counted: it is the client's to choose.
pub fn layer() -> impl Middleware {
    from_fn(async |request: Request, next: Next| {
        let began = Instant::now();
        let (method, route) = (method_name(request.method()), route_name(&request));
        let response = next.run(request).await;
        METRICS.durations.with_label_values(&[route.as_str()]).observe(began.elapsed().as_secs_f64());
        METRICS.requests.with_label_values(&[route.as_str(), method, response.status().as_str()]).inc();
        response
    })
}

/// The route that matched, as the router spells it; `pages` for everything that is no call.
#[must_use]
pub fn route_name(request: &Request) -> String {
    request.extensions().get::<MatchedPath>().map_or_else(|| "pages".to_owned(), |path| path.as_str().to_owned())
}

/// The methods of RFC 9110; a client may make up others.
#[must_use]
pub fn method_name(method: &Method) -> &'static str {
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
    use super::{METRICS, layer, text};
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
            .route("/metrics", get(async || text(&METRICS.registry.gather())))
            .layer(layer());
        for (method, path) in [("GET", "/things/canary"), ("BREW", "/things/canary"), ("GET", "/canary?canary")] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
            app.clone().oneshot(request).await.expect("infallible");
        }
        let response = app.oneshot(Request::get("/metrics").body(Body::empty()).expect("a request")).await.expect("infallible");
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let text = std::str::from_utf8(&body).expect("text");
        assert!(text.contains("rekey_http_requests_total{method=\"GET\",route=\"/things/{id}\",status=\"200\"} 1\n"), "{text}");
        assert!(text.contains("rekey_http_requests_total{method=\"other\",route=\"/things/{id}\",status=\"405\"} 1\n"), "{text}");
        assert!(text.contains("rekey_http_requests_total{method=\"GET\",route=\"pages\",status=\"404\"}"), "{text}");
        assert!(text.contains("rekey_http_request_duration_seconds_bucket{route=\"/things/{id}\",le=\"30\"} 2\n"), "{text}");
        assert!(text.contains("rekey_mails_total{outcome=\"sent\"} 0\n"), "what has not happened yet is 0: {text}");
        assert!(!text.contains("canary") && !text.contains("BREW"), "{text}");
    }
}
