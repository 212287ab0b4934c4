//! `POST /api/users/password-resets`: links for several users at once; who cannot get one is named with the reason.

use super::id::read;
use super::reset_one::start;
use crate::app::App;
use crate::client_ip::ClientIp;
use crate::docs::AdminWriteProblems;
use crate::error::{ApiError, Result};
use crate::json::Json;
use crate::session::Admin;
use axum::extract::State;
use axum::http::StatusCode;
use rekey_wire::problem::Code;
use rekey_wire::users::{MAX_LIMIT, ResetMany, ResetManyAnswer, Skipped};
use std::collections::BTreeSet;

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
        return Err(ApiError::refused("ids", "too_long"));
    }
    let mut answer = ResetManyAnswer { queued: Vec::new(), skipped: Vec::new() };
    let mut seen = BTreeSet::new();
    let mut tx = app.store.begin().await?;
    for id in request.ids.into_iter().filter(|id| seen.insert(id.clone())) {
        let started = match read(&id) {
            Some(user) => start(&app, &mut tx, &admin, ip, user).await,
            None => Err(ApiError::new(Code::NotFound)),
        };
        match started {
            Ok(_) => answer.queued.push(id),
            Err(refused) => match refused.code() {
                code @ (Code::NotFound | Code::UserDisabled | Code::NoValidEmail | Code::TooManyRequests) => {
                    answer.skipped.push(Skipped { id, code })
                }
                _ => return Err(refused),
            },
        }
    }
    tx.commit().await?;
    app.wake_mail();
    Ok((StatusCode::ACCEPTED, Json(answer)))
}
