//! Whether the server is alive, and whether it can serve.

use axum::extract::State;
use rekey_wire::problem::{Code, Problem};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::error::Result;
use crate::http::json::Json;

/// The answer of a server that is well.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; a server that is not well answers with a problem.
    pub status: &'static str,
}

const OK: Json<Health> = Json(Health { status: "ok" });

/// The process runs and answers. It asks nothing else, so that no outage elsewhere has it restarted.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "Alive", body = Health)))]
pub async fn alive() -> Json<Health> {
    OK
}

/// Whether requests can be served now; this takes the database, not the mail server.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, description = "Ready", body = Health), (status = 503, description = "The database does not answer", body = Problem, content_type = "application/problem+json")))]
pub async fn ready(State(app): State<App>) -> Result<Json<Health>> {
    readiness(app.store.is_ready().await)
}

fn readiness(database_answers: bool) -> Result<Json<Health>> {
    if database_answers { Ok(OK) } else { Err(Code::Unavailable.into()) }
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
