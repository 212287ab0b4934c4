//! `GET /api/config`: the part of the configuration that the pages need before login.

use crate::app::App;
use crate::http::json::Json;
use crate::http::openapi::ReadProblems;
use axum::extract::State;
use rekey_wire::config::Config;

/// Public configuration
#[utoipa::path(get, path = rekey_wire::config::CONFIG, tag = "server", responses((status = 200, body = Config), ReadProblems))]
pub async fn config(State(app): State<App>) -> Json<Config> {
    Json(Config::from(&app.config))
}

impl From<&crate::config::Config> for Config {
    fn from(config: &crate::config::Config) -> Self {
        Self {
            brand: config.brand.clone(),
            support_email: config.support_email.clone(),
            password: config.password_policy(),
            resend_after_seconds: config.resend_cooldown.as_secs(),
            link_ttl_seconds: config.link_ttl.as_secs(),
        }
    }
}
