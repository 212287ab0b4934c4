//! `DELETE /api/session`: ends the session on the server, not only in the browser.

use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::session::{self, MaybeUser};
use crate::http::error::Result;
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::PlainProblems;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderName, HeaderValue, StatusCode};

/// Log out
#[utoipa::path(delete, path = rekey_wire::login::SESSION, tag = "session", responses((status = 204, description = "Logged out"), PlainProblems))]
pub async fn log_out(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    MaybeUser(user): MaybeUser,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1])> {
    if let Some(user) = user {
        let mut tx = app.store.begin().await?;
        session::end(&mut tx, user.session()).await?;
        audit::record(&app, &mut tx, app.now(), &Entry::new(Action::Logout).self_service(user.user_ref()).from(ip)).await?;
        tx.commit().await?;
    }
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, session::unset_cookie(&app))]))
}
