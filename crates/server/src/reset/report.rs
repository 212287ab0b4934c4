//! `POST /api/password-resets/report`: "this wasn't me". Cancels the reset and pauses self-service mails.
//!
//! Any link that was ever valid is accepted, as owners may read a mail late, or the oldest of several first. Each reset can be reported only once,
//! and a report cancels only its own reset and self-service resets whose mail is not sent yet: somebody who obtains an old mail can stop neither a
//! link that the owner has nor an admin's reset.

use super::link::Link;
use super::{cancel, cancel_where};
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::auth::limit::{self, Scope};
use crate::clock::millis;
use crate::http::error::Result;
use crate::http::json::Json;
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::LinkProblems;
use axum::extract::State;
use axum::http::StatusCode;
use rekey_wire::reset::LinkRequest;

/// "This wasn't me"
#[utoipa::path(post, path = rekey_wire::reset::REPORT, tag = "password reset", request_body = LinkRequest,
    responses((status = 204, description = "The link is cancelled, and resets pause for a while"), LinkProblems))]
pub async fn report(State(app): State<App>, ClientIp(ip): ClientIp, Json(request): Json<LinkRequest>) -> Result<StatusCode> {
    let now = app.now();
    // Invalid tokens are rejected before the transaction, so that they do not block writers.
    Link::find(&mut *app.store.read().acquire().await?, &request.token).await?;
    let mut tx = app.store.begin().await?;
    let link = Link::find(&mut tx, &request.token).await?;
    if limit::hit(&app, &mut tx, Scope::Report(link.reset), now).await?.is_none() {
        cancel(&mut tx, now, link.user, link.reset).await?;
        cancel_where(&mut tx, now, link.user, "id <> $3 AND by_kind = 'self' AND sent_at IS NULL", link.reset).await?;
        let pause = "UPDATE users SET paused_until = $2, pending_until = CASE WHEN EXISTS
            (SELECT 1 FROM resets WHERE id = users.reset_id AND cancelled_at IS NOT NULL) THEN NULL ELSE pending_until END WHERE id = $1";
        sqlx::query(pause).bind(link.user).bind(now.saturating_add(millis(app.config.report_pause))).execute(&mut *tx).await?;
        let entry = Entry::new(Action::ResetReported).self_service(UserRef { id: link.user, name: link.name }).from(ip);
        audit::record(&app, &mut tx, now, &entry).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
