//! Metrics: counters and histograms in Prometheus text format. No label contains a client-supplied value.

use crate::http::middleware::{Middleware, method_name, route_name};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use prometheus::core::Collector;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};
use std::sync::LazyLock;
use std::time::Instant;

/// Upper bounds of the duration buckets, seconds: pages take microseconds, hashing a fraction of a second, queueing seconds.
const BUCKETS: [f64; 9] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

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
        // Outcomes that have not occurred yet are reported as 0.
        for (family, outcomes) in [(&mails, ["sent", "failed"]), (&logins, ["succeeded", "failed"])] {
            for outcome in outcomes {
                family.with_label_values(&[outcome]);
            }
        }
        Ok(Self { registry, requests, durations, mails, logins, queue })
    }
}

/// Counts a mail that the mail server accepted.
pub fn mail_sent() {
    METRICS.mails.with_label_values(&["sent"]).inc();
}

/// Counts a failed attempt to send a mail, whether or not it is retried.
pub fn mail_failed() {
    METRICS.mails.with_label_values(&["failed"]).inc();
}

/// Counts a login attempt.
pub fn login(is_success: bool) {
    METRICS.logins.with_label_values(&[if is_success { "succeeded" } else { "failed" }]).inc();
}

/// Encodes all metrics in text format. `waiting` is the number of jobs in the mail queue, `None` if the database could not count them.
///
/// # Errors
/// A metric cannot be encoded.
pub fn encode(waiting: Option<i64>) -> prometheus::Result<String> {
    let mut families = METRICS.registry.gather();
    if let Some(waiting) = waiting {
        METRICS.queue.set(waiting);
        families.extend(METRICS.queue.collect());
    }
    TextEncoder::new().encode_to_string(&families)
}

/// Measures every request: method, matched route, status, and the time until the response starts. The path is not used as a label: the client chooses
/// it.
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

#[cfg(test)]
mod tests {
    use super::{encode, layer};
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn requests_are_counted_by_route_and_never_by_path() {
        let app = Router::new().route("/things/{id}", get(async || "thing")).layer(layer());
        for (method, path) in [("GET", "/things/canary"), ("BREW", "/things/canary"), ("GET", "/canary?canary")] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
            app.clone().oneshot(request).await.expect("infallible");
        }
        let text = encode(Some(7)).expect("text");
        for line in [
            "rekey_http_requests_total{method=\"GET\",route=\"/things/{id}\",status=\"200\"} 1",
            "rekey_http_requests_total{method=\"other\",route=\"/things/{id}\",status=\"405\"} 1",
            "rekey_http_requests_total{method=\"GET\",route=\"pages\",status=\"404\"} 1",
            "rekey_http_request_duration_seconds_bucket{route=\"/things/{id}\",le=\"30\"} 2",
            "rekey_mails_total{outcome=\"sent\"} 0",
            "rekey_mail_queue 7",
        ] {
            assert!(text.contains(&format!("{line}\n")), "{line} in {text}");
        }
        assert!(!text.contains("canary") && !text.contains("BREW"), "{text}");
        assert!(!encode(None).expect("text").contains("rekey_mail_queue"), "a number that is not known is not shown");
    }
}
