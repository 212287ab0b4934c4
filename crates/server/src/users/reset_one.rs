//! `POST /api/users/{id}/password-reset`: an admin has a link mailed. Starting a reset is all an admin can do.

use super::id::UserId;
use super::row::status;
use super::show::find;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::auth::limit::{self, Scope};
use crate::auth::session::{Admin, CurrentUser};
use crate::http::error::{ApiError, Result};
use crate::http::json::Json;
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::AdminResetProblems;
use crate::reset::{self, Enqueued, Kind};
use crate::store::Conn;
use axum::extract::State;
use axum::http::StatusCode;
use rekey_wire::problem::Code;
use rekey_wire::users::{RequesterKind, ResetStarted, Status};
use sqlx::Row;

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
    let started = start(&app, &mut tx, &admin, now, id).await?;
    if let Some(entry) = started.entry {
        audit::record(&app, &mut tx, now, &entry.from(ip)).await?;
    }
    if let Some(refused) = started.refused {
        // What was counted and audited stands, also where the reset is refused.
        tx.commit().await?;
        return Err(refused);
    }
    let reset = find(&mut tx, id, now).await?.reset.ok_or(ApiError::new(Code::Internal))?;
    tx.commit().await?;
    app.wake_mail();
    Ok((StatusCode::ACCEPTED, Json(ResetStarted { reset })))
}

/// What became of a reset that an admin asked for.
pub(super) struct Started {
    /// 404, 409 `no_valid_email` or `user_disabled`, 429 within the cooldown; none where the mail is queued.
    pub(super) refused: Option<ApiError>,
    /// For the audit log, once nothing else is to be written.
    pub(super) entry: Option<Entry>,
}

impl Started {
    const fn refused(code: Code) -> Self {
        Self { refused: Some(ApiError::new(code)), entry: None }
    }
}

/// Starts the reset of one user within the caller's transaction.
///
/// # Errors
/// Those of the database.
pub(super) async fn start(app: &App, conn: &mut Conn, admin: &CurrentUser, now: i64, id: i64) -> Result<Started> {
    let row = sqlx::query("SELECT name, address, status FROM users WHERE id = $1").bind(id).fetch_optional(&mut *conn).await?;
    let Some(row) = row else { return Ok(Started::refused(Code::NotFound)) };
    if status(row.try_get(2)?) == Status::Disabled {
        return Ok(Started::refused(Code::UserDisabled));
    }
    if row.try_get::<Option<&str>, _>(1)?.is_none() {
        return Ok(Started::refused(Code::NoValidEmail));
    }
    let user = UserRef { id, name: row.try_get(0)? };
    let entry = |action| Entry::new(action).actor(admin.user_ref()).subject(user);
    if let Some(over) = limit::hit(app, conn, Scope::AdminReset(id), now).await? {
        let refused = ApiError::new(Code::TooManyRequests).retry_after(over.seconds);
        return Ok(Started { refused: Some(refused), entry: over.newly_exceeded.then(|| entry(Action::ResetThrottled)) });
    }
    match reset::create_and_enqueue(conn, now, id, Kind::Reset, RequesterKind::Admin, &admin.name).await? {
        Enqueued::Reset(_) | Enqueued::Awaited => Ok(Started { refused: None, entry: Some(entry(Action::ResetRequested)) }),
        // Since the look above.
        Enqueued::Unreachable => Ok(Started::refused(Code::UserDisabled)),
    }
}
