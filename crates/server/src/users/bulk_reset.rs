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
use rekey_wire::users::bulk::{BulkReset, BulkResetAnswer, MAX_IDS, Skipped};
use std::collections::{BTreeMap, BTreeSet};

/// Send several users a reset link
#[utoipa::path(post, path = rekey_wire::users::bulk::BULK_RESETS, tag = "users", request_body = BulkReset,
    responses((status = 202, body = BulkResetAnswer), AdminWriteProblems))]
pub async fn bulk_reset(
    Admin(admin): Admin,
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    Json(request): Json<BulkReset>,
) -> Result<(StatusCode, Json<BulkResetAnswer>)> {
    let ids = request.ids;
    if ids.is_empty() {
        return Err(ApiError::refused("ids", "required"));
    }
    if ids.len() > MAX_IDS {
        return Err(ApiError::field("ids", "too_long", format!("Send at most {MAX_IDS} ids at once.")));
    }
    let now = app.now();
    let mut tx = app.store.begin().await?;
    // Everybody takes users in this order, and the audit log last: two admins with the same users in hand wait, and never
    // for each other.
    let users: BTreeSet<i64> = ids.iter().filter_map(|id| read(id)).collect();
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
    let mut answer = BulkResetAnswer { queued: Vec::new(), skipped: Vec::new() };
    let mut seen = BTreeSet::new();
    for id in ids.into_iter().filter(|id| seen.insert(id.clone())) {
        match read(&id).and_then(|user| outcomes.get(&user).copied()).unwrap_or(Some(Code::NotFound)) {
            None => answer.queued.push(id),
            Some(code) => answer.skipped.push(Skipped { id, code }),
        }
    }
    app.wake_mail();
    Ok((StatusCode::ACCEPTED, Json(answer)))
}
