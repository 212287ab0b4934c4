//! `POST /api/users/password-resets`: links for several users at once; who cannot get one is named with the reason.

use super::id::read;
use super::reset_one::start;
use crate::app::App;
use crate::audit;
use crate::auth::session::Admin;
use crate::http::error::{ApiError, Result};
use crate::http::json::Json;
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::AdminWriteProblems;
use axum::extract::State;
use axum::http::StatusCode;
use rekey_wire::problem::Code;
use rekey_wire::users::{MAX_LIMIT, ResetMany, ResetManyAnswer, Skipped};
use std::collections::{BTreeMap, BTreeSet};

/// Send several users a reset link
#[utoipa::path(post, path = rekey_wire::users::RESET_MANY, tag = "users", request_body = ResetMany,
    responses((status = 202, body = ResetManyAnswer), AdminWriteProblems))]
pub async fn reset_many(
    Admin(admin): Admin,
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    Json(request): Json<ResetMany>,
) -> Result<(StatusCode, Json<ResetManyAnswer>)> {
    if request.ids.is_empty() {
        return Err(ApiError::refused("ids", "required"));
    }
    if request.ids.len() > MAX_LIMIT as usize {
        return Err(ApiError::field("ids", "too_long", format!("Send at most {MAX_LIMIT} ids at once.")));
    }
    let now = app.now();
    let mut tx = app.store.begin().await?;
    // Everybody takes users in this order, and the audit log last: two admins with the same users in hand wait, and never
    // for each other.
    let users: BTreeSet<i64> = request.ids.iter().filter_map(|id| read(id)).collect();
    let mut outcomes = BTreeMap::new();
    let mut entries = Vec::new();
    for user in users {
        let started = start(&app, &mut tx, &admin, now, user).await?;
        entries.extend(started.entry);
        outcomes.insert(user, started.refused.map(|refused| refused.code()));
    }
    for entry in entries {
        audit::record(&app, &mut tx, now, &entry.from(ip)).await?;
    }
    tx.commit().await?;
    let mut answer = ResetManyAnswer { queued: Vec::new(), skipped: Vec::new() };
    let mut seen = BTreeSet::new();
    for id in request.ids.into_iter().filter(|id| seen.insert(id.clone())) {
        match read(&id).and_then(|user| outcomes.get(&user).copied()).unwrap_or(Some(Code::NotFound)) {
            None => answer.queued.push(id),
            Some(code) => answer.skipped.push(Skipped { id, code }),
        }
    }
    app.wake_mail();
    Ok((StatusCode::ACCEPTED, Json(answer)))
}
