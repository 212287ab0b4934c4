//! `POST /api/users/{id}/password-reset`: an admin has a link mailed. Starting a reset is all an admin can do.

use super::id::UserId;
use super::row::status;
use super::show::find;
use crate::app::App;
use crate::audit::{Action, Entry, Party};
use crate::client_ip::ClientIp;
use crate::docs::AdminResetProblems;
use crate::error::{ApiError, Result};
use crate::json::Json;
use crate::limit::Scope;
use crate::reset::{self, Kind};
use crate::session::{Admin, CurrentUser};
use crate::store::Conn;
use axum::extract::State;
use axum::http::StatusCode;
use rekey_wire::problem::Code;
use rekey_wire::users::{RequesterKind, ResetStarted, Status};
use sqlx::Row;
use std::net::IpAddr;

/// Send a user a reset link
#[utoipa::path(post, path = "/api/users/{id}/password-reset", tag = "users", params(("id" = String, Path, description = "The user's id")),
    responses((status = 202, body = ResetStarted), AdminResetProblems))]
pub async fn reset_one(
    Admin(admin): Admin,
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    UserId(id): UserId,
) -> Result<(StatusCode, Json<ResetStarted>)> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    let user = match start(&app, &mut tx, &admin, ip, id).await {
        Ok(user) => user,
        Err(refused) => {
            // What was counted and audited stands, also where the reset is refused.
            tx.commit().await?;
            return Err(refused);
        }
    };
    let reset = find(&mut tx, user, now).await?.reset.ok_or(ApiError::new(Code::Internal))?;
    tx.commit().await?;
    app.wake_mail();
    Ok((StatusCode::ACCEPTED, Json(ResetStarted { reset })))
}

/// Starts the reset of one user within the caller's transaction.
///
/// # Errors
/// 404, 409 `no_valid_email` or `user_disabled`, 429 within the cooldown.
pub(super) async fn start(app: &App, conn: &mut Conn, admin: &CurrentUser, ip: IpAddr, id: i64) -> Result<i64> {
    let now = app.now();
    let row = sqlx::query("SELECT name, address, status FROM users WHERE id = $1").bind(id).fetch_optional(&mut *conn).await?;
    let row = row.ok_or(ApiError::new(Code::NotFound))?;
    if status(row.try_get(2)?) == Status::Disabled {
        return Err(ApiError::new(Code::UserDisabled));
    }
    if row.try_get::<Option<&str>, _>(1)?.is_none() {
        return Err(ApiError::new(Code::NoValidEmail));
    }
    let entry = |action, name| Entry::new(action).by(admin.party()).about(Party { id, name }).from(ip);
    let name: String = row.try_get(0)?;
    if let Some(over) = app.take(conn, Scope::AdminReset(id), now).await? {
        if over.first {
            app.audit(conn, now, &entry(Action::ResetThrottled, name)).await?;
        }
        return Err(ApiError::new(Code::TooManyRequests).retry_after(over.seconds));
    }
    reset::queue(conn, now, id, Kind::Reset, RequesterKind::Admin, &admin.name).await?;
    app.audit(conn, now, &entry(Action::ResetRequested, name)).await?;
    Ok(id)
}
