//! What the server says of itself: what the pages need to know before anybody logs in, and whether it can serve.

use crate::app::App;
use crate::docs::ReadProblems;
use crate::error::Result;
use crate::health::{Health, readiness};
use crate::json::Json;
use axum::extract::State;
use rekey_wire::config::Config;
use rekey_wire::problem::Problem;

/// What the pages need to know about this server
#[utoipa::path(get, path = rekey_wire::config::CONFIG, tag = "server", responses((status = 200, body = Config), ReadProblems))]
pub async fn config(State(app): State<App>) -> Json<Config> {
    Json(told(&app.config))
}

/// What is told of the configuration.
#[must_use]
pub fn told(config: &crate::config::Config) -> Config {
    Config {
        brand: config.brand.clone(),
        support_email: config.support_email.clone(),
        password: config.password_policy(),
        resend_after_seconds: config.resend_cooldown.as_secs(),
        link_ttl_seconds: config.link_ttl.as_secs(),
    }
}

/// Whether requests can be served now
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, description = "Ready", body = Health), (status = 503, description = "The database does not answer", body = Problem, content_type = "application/problem+json")))]
pub async fn ready(State(app): State<App>) -> Result<Json<Health>> {
    readiness(app.store.is_ready().await)
}
