//! Endpoints for operators: liveness, readiness and metrics.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use rekey_wire::problem::{Code, Problem};
use serde::Serialize;
use std::time::Duration;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::error::Result;
use crate::http::json::Json;
use crate::http::middleware::client_ip::{ClientIp, is_proxied};
use crate::jobs::outbox;
use crate::metrics;

/// Timeout for counting the queue.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(1);

/// Response of a healthy server.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; an unhealthy server responds with a problem document.
    pub status: &'static str,
}

const OK: Json<Health> = Json(Health { status: "ok" });

/// The process runs and responds. Checks nothing else, so that an outage elsewhere does not cause a restart.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "Alive", body = Health)))]
pub async fn alive() -> Json<Health> {
    OK
}

/// Whether requests can be served now: requires the database, but not the mail server.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, description = "Ready", body = Health), (status = 503, description = "The database does not answer", body = Problem, content_type = "application/problem+json")))]
pub async fn ready(State(app): State<App>) -> Result<Json<Health>> {
    readiness(app.store.is_ready().await)
}

fn readiness(database_answers: bool) -> Result<Json<Health>> {
    if database_answers { Ok(OK) } else { Err(Code::Unavailable.into()) }
}

/// `GET /metrics`, for direct requests from the internal network only: the counters reveal whether "Forgot your password?" produced a mail, and so
/// which accounts exist.
pub async fn metrics(State(app): State<App>, client: ClientIp, headers: HeaderMap) -> Result<impl IntoResponse> {
    if !client.is_inside() || is_proxied(&headers) {
        return Err(Code::NotFound.into());
    }
    // Without the database, the other metrics matter even more.
    let waiting = timeout(QUEUE_TIMEOUT, outbox::waiting(&app.store)).await.ok().and_then(std::result::Result::ok);
    match metrics::encode(waiting) {
        Ok(text) => Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be encoded");
            Err(Code::Internal.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::readiness;
    use axum::response::IntoResponse;

    #[test]
    fn ready_is_200_and_not_ready_503() {
        assert_eq!(readiness(true).into_response().status(), 200);
        assert_eq!(readiness(false).into_response().status(), 503);
    }
}
