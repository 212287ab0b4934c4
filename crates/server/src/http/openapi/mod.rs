//! OpenAPI description, and a page to try the API. Nothing is loaded from other sites.

mod problems;

pub use problems::{
    AccountProblems, AdminItemProblems, AdminItemWriteProblems, AdminProblems, AdminResetProblems, AdminWriteProblems, LinkProblems,
    LoginProblems, PlainProblems, PublicProblems, ReadProblems,
};

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use rekey_wire::problem::Problem;
use utoipa::OpenApi;
use utoipa::openapi::RefOr;

use crate::spa;

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rekey",
        description = "Password resets: for the people who forgot a password, and for the admins who help them. Bodies are JSON objects \
                       of at most 16 KiB with known fields only. Times are RFC 3339 in UTC. Errors are RFC 9457 problem documents.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "This server")),
    components(schemas(Problem)),
    tags(
        (name = "session", description = "Logging in and out"),
        (name = "password reset", description = "From \"Forgot your password?\" to a new one"),
        (name = "account", description = "One's own account"),
        (name = "users", description = "For admins: users and their resets"),
        (name = "audit", description = "For admins: who did what"),
        (name = "server", description = "What pages need to know first"),
        (name = "health", description = "Whether the server is alive and can serve")
    )
)]
struct Description;

/// Returns the base of the description, to which each handler is added.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// Adds missing response descriptions, which OpenAPI 3.1 requires.
pub fn complete(api: &mut utoipa::openapi::OpenApi) {
    let operations =
        api.paths.paths.values_mut().flat_map(|item| [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete]);
    for (status, answer) in operations.flatten().flat_map(|operation| &mut operation.responses.responses) {
        if let RefOr::T(answer) = answer
            && answer.description.is_empty()
        {
            answer.description =
                status.parse().ok().and_then(|status: StatusCode| status.canonical_reason()).unwrap_or("Answer").to_owned();
        }
    }
}

/// Returns routes for `/api/openapi.json`, and for the page `/api/docs` with its script and style.
pub fn router<S: Clone + Send + Sync + 'static>(api: &utoipa::openapi::OpenApi) -> Router<S> {
    let json = serde_json::to_string(api).unwrap_or_else(|error| {
        tracing::error!(%error, "the API's description could not be written");
        "{}".to_owned()
    });
    let page = || {
        let policy = spa::policy(PAGE);
        get(async move || ([(CONTENT_TYPE, "text/html; charset=utf-8")], [(CONTENT_SECURITY_POLICY, policy)], PAGE))
    };
    Router::new()
        .route("/api/openapi.json", file("application/json", json))
        .route("/api/docs", page())
        .route("/api/docs/page.js", file("text/javascript; charset=utf-8", SCRIPT))
        .route("/api/docs/page.css", file("text/css; charset=utf-8", STYLE))
}

fn file<S: Clone + Send + Sync + 'static>(kind: &'static str, content: impl Into<Bytes>) -> MethodRouter<S> {
    let content = content.into();
    get(async move || ([(CONTENT_TYPE, kind)], content).into_response())
}

#[cfg(test)]
mod tests {
    use super::{PAGE, SCRIPT, description, router};
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use http_body_util::BodyExt;
    use serde_json::Value;
    use tower::ServiceExt;
    use utoipa::OpenApi;

    async fn get(path: &str) -> (axum::http::HeaderMap, Vec<u8>) {
        let app: Router = router(&description());
        let response = app.oneshot(Request::get(path).body(Body::empty()).expect("a request")).await.expect("infallible");
        assert_eq!(response.status(), 200, "{path}");
        let headers = response.headers().clone();
        (headers, response.into_body().collect().await.expect("a body").to_bytes().to_vec())
    }

    #[tokio::test]
    async fn the_description_is_openapi_3_1_and_knows_problems() {
        let (headers, body) = get("/api/openapi.json").await;
        assert_eq!(headers["content-type"], "application/json");
        let description: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(description["openapi"], "3.1.0");
        assert!(description["components"]["schemas"]["Problem"]["properties"]["code"].is_object());
        assert!(description["components"]["schemas"]["FieldError"].is_object(), "what a problem is made of is described too");
    }

    #[utoipa::path(post, path = "/x", responses((status = 202, body = String), super::ReadProblems))]
    #[expect(dead_code, reason = "only its description is wanted")]
    fn silent() {}

    #[derive(utoipa::OpenApi)]
    #[openapi(paths(silent))]
    struct Silent;

    #[test]
    fn every_answer_has_a_description() {
        let mut api = Silent::openapi();
        super::complete(&mut api);
        let json = serde_json::to_value(api).expect("JSON");
        let answers = &json["paths"]["/x"]["post"]["responses"];
        assert_eq!(answers["202"]["description"], "Accepted");
        assert_eq!(answers["503"]["description"], "`unavailable`: the database cannot be reached", "what says more keeps it");
    }

    #[tokio::test]
    async fn the_page_loads_nothing_from_elsewhere_and_says_so() {
        let (headers, _) = get("/api/docs").await;
        let policy = headers["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; ") && policy.contains("script-src 'self'"), "{policy}");
        assert!(!policy.contains("sha256"), "there is nothing inline: {policy}");
        for file in ["/api/docs/page.js", "/api/docs/page.css"] {
            assert!(PAGE.contains(file));
            get(file).await;
        }
        for text in [PAGE, SCRIPT] {
            assert!(!text.contains("://") && !text.contains("innerHTML"));
        }
    }
}
