//! `GET /api/session`: who is logged in. Asking does not keep a session alive.

use crate::docs::ReadProblems;
use crate::json::Json;
use crate::session::Glance;
use rekey_wire::login::Session;

/// Who is logged in
#[utoipa::path(get, path = rekey_wire::login::SESSION, tag = "session", responses((status = 200, body = Session), ReadProblems))]
pub async fn show(Glance(user): Glance) -> Json<Session> {
    Json(Session { user: user.map(|user| user.show()) })
}
