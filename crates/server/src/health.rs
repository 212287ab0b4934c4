//! Whether the server is alive, and whether it can serve.

use rekey_wire::problem::Code;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::json::Json;

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

/// What `/readyz` answers: whether requests can be served now, which takes the database and not the mail server.
///
/// # Errors
/// 503 when they cannot.
pub fn readiness(database_answers: bool) -> Result<Json<Health>> {
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
