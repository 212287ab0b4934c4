//! `PUT /api/account/password`: a new password from who knows the current one.

use crate::app::App;
use crate::audit::{Action, Entry};
use crate::client_ip::ClientIp;
use crate::docs::AccountProblems;
use crate::error::{ApiError, Result};
use crate::hashing::{Verdict, nfc};
use crate::json::Json;
use crate::limit::Scope;
use crate::login::throttle;
use crate::mail::outbox::{self, Job};
use crate::password::{self, About};
use crate::reset::cancel_open;
use crate::session::{self, CurrentUser};
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
    // Whoever found an open session must not guess the password here faster than at the login page.
    let guesses = address.clone().unwrap_or_else(|| user.id.to_string());
    let place = app.hasher.place()?;
    reserve(&app, &user, &guesses, client).await?;
    if app.hasher.verify_at(place, request.current_password, current.clone()).await? == Verdict::Wrong {
        return fail(&app, &user, client).await;
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
        // Another change came first: what was typed as current no longer is.
        tx.rollback().await?;
        return fail(&app, &user, client).await;
    }
    throttle::clear(&mut tx, &app.key, &guesses).await?;
    cancel_open(&mut tx, now, user.id).await?;
    let ended = session::end_all(&mut tx, user.id, Some(user.session())).await?;
    if let Some(address) = address {
        outbox::put(&mut tx, now, &Job::Notice { user: user.id, address }).await?;
    }
    let entry =
        Entry::new(Action::PasswordChanged).by_oneself(user.party()).from(client.0).detail(format!("Other sessions ended: {ended}."));
    app.audit(&mut tx, now, &entry).await?;
    tx.commit().await?;
    app.wake_mail();
    Ok(StatusCode::NO_CONTENT)
}

/// Counts the attempt, by client and by address, as the login page does.
async fn reserve(app: &App, user: &CurrentUser, guesses: &str, client: ClientIp) -> Result<()> {
    let now = app.now();
    let mut tx = app.store.begin_light().await?;
    let (wait, tell) = match app.take(&mut tx, Scope::LoginIp(&client.limit_key()), now).await? {
        Some(over) => (Some(over.seconds), over.first),
        None => (throttle::reserve(&mut tx, &app.key, guesses, now).await?, true),
    };
    if wait.is_some() && tell {
        app.audit(&mut tx, now, &Entry::new(Action::LoginThrottled).by_oneself(user.party()).from(client.0)).await?;
    }
    tx.commit().await?;
    wait.map_or(Ok(()), |seconds| Err(ApiError::new(Code::TooManyRequests).retry_after(seconds)))
}

/// The current password was wrong: in the log as a failed login by who is signed in.
async fn fail<T>(app: &App, user: &CurrentUser, client: ClientIp) -> Result<T> {
    let mut tx = app.store.begin_light().await?;
    let entry = Entry::new(Action::LoginFailed).by_oneself(user.party()).from(client.0);
    app.audit(&mut tx, app.now(), &entry.detail("The current password was wrong.")).await?;
    tx.commit().await?;
    Err(ApiError::refused("current_password", "wrong_password"))
}
