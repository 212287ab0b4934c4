//! Security headers of every response, including errors.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::http::middleware::Middleware;

/// Default content security policy: allows nothing. Pages have a policy of their own.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

/// Only names that browsers know: an unknown one causes a console warning.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(concat!(
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), ",
    "hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), screen-wake-lock=(), ",
    "serial=(), usb=(), xr-spatial-tracking=()"
));

/// Two years, including subdomains (OWASP ASVS 5.0 3.4.1).
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
];

/// Adds the headers. `is_https` is whether the public URL is https, which enables HSTS. A response without its own caching or content security policy
/// is not stored and may load nothing. Must be the outermost layer.
pub fn layer(is_https: bool) -> impl Middleware {
    from_fn_with_state(is_https, add)
}

async fn add(State(is_https): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::layer;
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::http::{HeaderMap, header};
    use axum::routing::get;
    use tower::ServiceExt;

    async fn headers(is_https: bool, method: &str, path: &str) -> HeaderMap {
        let own = [(header::CACHE_CONTROL, "no-cache"), (header::CONTENT_SECURITY_POLICY, "default-src 'self'")];
        let app = Router::new().route("/api", get(async || "ok")).route("/page", get(async move || (own, "ok"))).layer(layer(is_https));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
        app.oneshot(request).await.expect("infallible").headers().clone()
    }

    #[tokio::test]
    async fn every_answer_has_them() {
        for (method, path) in [("GET", "/api"), ("POST", "/api"), ("TRACE", "/api"), ("GET", "/nowhere")] {
            let headers = headers(false, method, path).await;
            assert_eq!(headers["x-content-type-options"], "nosniff", "{method} {path}");
            assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
            assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
            assert_eq!(headers["referrer-policy"], "no-referrer");
            assert_eq!(headers["cache-control"], "no-store");
            assert!(headers["permissions-policy"].to_str().expect("text").contains("camera=()"));
            assert!(headers["content-security-policy"].to_str().expect("text").starts_with("default-src 'none'"));
            assert!(!headers.keys().any(|name| name.as_str().starts_with("access-control-")));
        }
    }

    #[tokio::test]
    async fn a_page_keeps_its_own_policy() {
        let headers = headers(false, "GET", "/page").await;
        assert_eq!(
            (&headers["cache-control"], &headers["content-security-policy"]),
            (&"no-cache".parse().expect("a value"), &"default-src 'self'".parse().expect("a value"))
        );
    }

    #[tokio::test]
    async fn browsers_are_held_to_https_where_it_is_spoken() {
        assert!(headers(true, "GET", "/nowhere").await.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert!(!headers(false, "GET", "/api").await.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}
