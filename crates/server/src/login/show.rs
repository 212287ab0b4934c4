//! `GET /api/session`: returns the current session. Does not extend it.

use crate::auth::session::MaybeUser;
use crate::http::json::Json;
use crate::http::openapi::ReadProblems;
use rekey_wire::login::Session;

/// Current session
#[utoipa::path(get, path = rekey_wire::login::SESSION, tag = "session", responses((status = 200, body = Session), ReadProblems))]
pub async fn show(MaybeUser(user): MaybeUser) -> Json<Session> {
    Json(Session { user: user.map(|user| user.show()) })
}
