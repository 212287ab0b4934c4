//! `PUT /api/account/password`: changes the password; requires the current one.

use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::hashing::Verdict;
use crate::auth::limit::{self, Scope};
use crate::auth::session::{self, CurrentUser};
use crate::auth::throttle;
use crate::http::error::{ApiError, Result};
use crate::http::json::Json;
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::AccountProblems;
use crate::jobs::outbox::{self, Job};
use crate::password::{self, About};
use crate::reset::cancel_open;
use crate::text::nfc;
use axum::extract::State;
use axum::http::StatusCode;
use rekey_wire::account::ChangePassword;
use rekey_wire::problem::Code;
use sqlx::Row;
use validator::ValidateArgs;

/// Change one's own password
#[utoipa::path(put, path = rekey_wire::account::PASSWORD, tag = "account", request_body = ChangePassword,
    responses((status = 204, description = "Changed; the other sessions have ended"), AccountProblems))]
pub async fn change(
    user: CurrentUser,
    State(app): State<App>,
    client: ClientIp,
    Json(mut request): Json<ChangePassword>,
) -> Result<StatusCode> {
    let row = sqlx::query("SELECT address, password_hash FROM users WHERE id = $1").bind(user.id).fetch_one(app.store.read()).await?;
    let (address, current): (Option<String>, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
    password::must_fit("current_password", &request.current_password)?;
    request.new_password = nfc(&request.new_password);
    request.validate_with_args(&app.config.password_policy())?;
    let about = About { brand: &app.config.brand, name: &user.name, address: address.as_deref() };
    password::check_guessable(&request.new_password, about).map_err(|error| password::refusal(&app, "new_password", error))?;
    // An attacker with an open session must not be able to guess the password faster here than at the login.
    let guesses = address.clone().unwrap_or_else(|| user.id.to_string());
    let place = app.hasher.reserve_slot()?;
    reserve(&app, &user, &guesses, client).await?;
    let is_same = nfc(&request.current_password) == request.new_password;
    if app.hasher.verify_at(place, request.current_password, current.clone()).await? == Verdict::Wrong {
        return fail(&app, &user, client).await;
    }
    if is_same {
        return Err(ApiError::refused("new_password", "same_password"));
    }
    let hash = app.hasher.hash(request.new_password).await?;

    let now = app.now();
    let mut tx = app.store.begin().await?;
    let changed = sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $3 AND status = 'active'")
        .bind(user.id)
        .bind(hash)
        .bind(current)
        .execute(&mut *tx)
        .await?;
    if changed.rows_affected() == 0 {
        // A concurrent change came first: the current password as typed is no longer current.
        tx.rollback().await?;
        return fail(&app, &user, client).await;
    }
    throttle::clear(&mut tx, &app.key, &guesses).await?;
    cancel_open(&mut tx, now, user.id).await?;
    let ended = session::end_all(&mut tx, user.id, Some(user.session())).await?;
    if let Some(address) = address {
        outbox::put(&mut tx, now, &Job::PasswordChanged { user: user.id, address }).await?;
    }
    let entry =
        Entry::new(Action::PasswordChanged).self_service(user.user_ref()).from(client.0).detail(format!("Other sessions ended: {ended}."));
    audit::record(&app, &mut tx, now, &entry).await?;
    tx.commit().await?;
    app.wake_mail();
    Ok(StatusCode::NO_CONTENT)
}

/// Counts the attempt by client and by address, as the login does.
async fn reserve(app: &App, user: &CurrentUser, guesses: &str, client: ClientIp) -> Result<()> {
    let now = app.now();
    let mut tx = app.store.begin_relaxed().await?;
    let (wait, tell) = match limit::hit(app, &mut tx, Scope::LoginIp(&client.limit_key()), now).await? {
        Some(over) => (Some(over.seconds), over.newly_exceeded),
        None => (throttle::record_attempt(&mut tx, &app.key, guesses, now).await?, true),
    };
    if wait.is_some() && tell {
        audit::record(app, &mut tx, now, &Entry::new(Action::LoginThrottled).self_service(user.user_ref()).from(client.0)).await?;
    }
    tx.commit().await?;
    wait.map_or(Ok(()), |seconds| Err(ApiError::new(Code::TooManyRequests).retry_after(seconds)))
}

/// Records a wrong current password as a failed login by the signed-in user.
async fn fail<T>(app: &App, user: &CurrentUser, client: ClientIp) -> Result<T> {
    let mut tx = app.store.begin_relaxed().await?;
    let entry = Entry::new(Action::LoginFailed).self_service(user.user_ref()).from(client.0);
    audit::record(app, &mut tx, app.now(), &entry.detail("The current password was wrong.")).await?;
    tx.commit().await?;
    Err(ApiError::refused("current_password", "wrong_password"))
}
