//! `POST /api/password-resets/inspect`: reports the state of a link without using it up.

use super::link::Link;
use super::{lock_user, requester};
use crate::app::App;
use crate::clock::rfc3339;
use crate::http::error::{ApiError, Result};
use crate::http::json::Json;
use crate::http::openapi::LinkProblems;
use axum::extract::State;
use rekey_wire::problem::Code;
use rekey_wire::reset::{Inspection, LinkRequest, LinkRequester};
use rekey_wire::users::RequesterKind;

/// Check a link
#[utoipa::path(post, path = rekey_wire::reset::INSPECT, tag = "password reset", request_body = LinkRequest,
    responses((status = 200, body = Inspection), LinkProblems))]
pub async fn inspect(State(app): State<App>, Json(request): Json<LinkRequest>) -> Result<Json<Inspection>> {
    let now = app.now();
    let link = Link::find(&mut *app.store.read().acquire().await?, &request.token).await?;
    link.must_work(now)?;
    if link.timestamps().opened_at.is_none() {
        mark_opened(&app, &link, now).await?;
    }
    let gone = || ApiError::new(Code::LinkCancelled);
    let expires_at = link.timestamps().expires_at.ok_or_else(gone)?;
    let kind = requester(&link.by_kind);
    Ok(Json(Inspection {
        email: link.address.ok_or_else(gone)?,
        name: link.name,
        expires_at: rfc3339(expires_at),
        requested_at: rfc3339(link.requested_at),
        requested_by: LinkRequester { kind, name: (kind != RequesterKind::Oneself).then_some(link.by_name) },
    }))
}

async fn mark_opened(app: &App, link: &Link, now: i64) -> Result<()> {
    let mut tx = app.store.begin().await?;
    lock_user(&mut tx, now, link.user).await?;
    sqlx::query("UPDATE resets SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL")
        .bind(link.reset)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}
