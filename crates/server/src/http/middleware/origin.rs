//! Cross-site check (CSRF): accepts unsafe methods only from this site's own pages, and from programs that are not browsers.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use rekey_wire::problem::Code;
use std::sync::Arc;

use crate::http::error::ApiError;
use crate::http::middleware::Middleware;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Rejects unsafe methods (RFC 9110 section 9.2.1) from pages of another site with 403 `cross_site`. `allowed` is the origin of the public URL,
/// `https://rekey.example.com`; the request's own `Host` is ignored.
pub fn layer(allowed: String) -> impl Middleware {
    from_fn_with_state(Arc::<str>::from(allowed), check)
}

async fn check(State(allowed): State<Arc<str>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_own(request.headers(), &allowed) {
        return next.run(request).await;
    }
    ApiError::new(Code::CrossSite).into_response()
}

/// Browsers send at least one of the two headers with every such request, and pages cannot change them.
fn is_own(headers: &HeaderMap, allowed: &str) -> bool {
    let site_is_own = headers.get_all(FETCH_SITE).iter().all(|site| site == "same-origin" || site == "none");
    let origin_is_own = headers.get_all(header::ORIGIN).iter().all(|origin| origin == allowed);
    site_is_own && origin_is_own
}

#[cfg(test)]
mod tests {
    use super::layer;
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    async fn status(method: &str, headers: &[(&str, &str)]) -> u16 {
        let app = Router::new()
            .route("/", get(async || "read").post(async || "changed").put(async || "changed").delete(async || "changed"))
            .layer(layer("https://rekey.example".to_owned()));
        let request = headers.iter().fold(Request::builder().method(method), |request, (name, value)| request.header(*name, *value));
        app.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible").status().as_u16()
    }

    #[tokio::test]
    async fn own_pages_and_programs_pass() {
        for headers in [
            &[][..],
            &[("origin", "https://rekey.example")],
            &[("origin", "https://rekey.example"), ("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
        ] {
            assert_eq!(status("POST", headers).await, 200, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn other_sites_change_nothing() {
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "Same-Origin ")],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "http://rekey.example")],
            &[("origin", "https://rekey.example:444")],
            &[("origin", "https://rekey.example.evil.example")],
            &[("origin", "https://evil.example"), ("host", "evil.example")],
            &[("origin", "https://rekey.example"), ("origin", "https://evil.example")],
            &[("origin", "https://rekey.example"), ("sec-fetch-site", "cross-site")],
            &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        ] {
            for method in ["POST", "PUT", "DELETE"] {
                assert_eq!(status(method, headers).await, 403, "{method} {headers:?}");
            }
        }
    }

    #[tokio::test]
    async fn reading_is_not_refused() {
        assert_eq!(status("GET", &[("sec-fetch-site", "cross-site")]).await, 200);
    }
}
