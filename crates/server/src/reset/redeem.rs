//! `POST /api/password-resets/redeem`: sets a new password and uses the link up.
//!
//! Single use by one conditional write, in one transaction with the password, the sessions, the audit row and the notice. Does not sign the user in
//! (OWASP Forgot Password Cheat Sheet).

use super::cancel_others;
use super::link::Link;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::auth::hashing::Verdict;
use crate::auth::session;
use crate::auth::throttle;
use crate::clock::whole_second;
use crate::http::error::{ApiError, Result};
use crate::http::json::Json;
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::LinkProblems;
use crate::jobs::outbox::{self, Job};
use crate::password::{self, About};
use crate::text::nfc;
use axum::extract::State;
use rekey_wire::problem::Code;
use rekey_wire::reset::{RedeemRequest, Redemption};
use sqlx::Row;
use validator::ValidateArgs;

/// Set a new password with a link
#[utoipa::path(post, path = rekey_wire::reset::REDEEM, tag = "password reset", request_body = RedeemRequest,
    responses((status = 200, body = Redemption), LinkProblems))]
pub async fn redeem(State(app): State<App>, ClientIp(ip): ClientIp, Json(mut request): Json<RedeemRequest>) -> Result<Json<Redemption>> {
    // The arrival time of the request decides whether the link is valid, however long hashing takes.
    let now = app.now();
    let link = Link::find(&mut *app.store.read().acquire().await?, &request.token).await?;
    link.must_work(now)?;
    request.password = nfc(&request.password);
    request.validate_with_args(&app.config.password_policy())?;
    let about = About { brand: &app.config.brand, name: &link.name, address: link.address.as_deref() };
    password::check_guessable(&request.password, about).map_err(|error| password::refusal(&app, "password", error))?;
    must_differ(&app, link.user, &request.password).await?;
    let hash = app.hasher.hash(request.password).await?;

    let mut tx = app.store.begin().await?;
    // One statement, which also locks the row: each update rewrites the row and its entries in every index.
    let owner = sqlx::query(
        "UPDATE users SET password_hash = $2, changed_at = $3, pending_until = NULL
         WHERE id = $1 AND status = 'active' AND address IS NOT NULL",
    )
    .bind(link.user)
    .bind(hash)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let is_owner = owner.rows_affected() > 0;
    let used = sqlx::query(
        "UPDATE resets SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL AND expires_at >= $3",
    )
    .bind(link.reset)
    .bind(now)
    .bind(whole_second(now));
    if !is_owner || used.execute(&mut *tx).await?.rows_affected() == 0 {
        // A concurrent request used or cancelled the link: report which. The transaction is rolled back.
        let link = Link::find(&mut tx, &request.token).await?;
        return Err(ApiError::new(link.fault(now).unwrap_or(Code::LinkCancelled)));
    }
    cancel_others(&mut tx, now, link.user, link.reset).await?;
    let sessions_ended = session::end_all(&mut tx, link.user, None).await?;
    if let Some(address) = &link.address {
        throttle::grant_grace_attempts(&mut tx, &app.key, address, &ClientIp(ip).limit_key(), now).await?;
        outbox::put(&mut tx, now, &Job::PasswordChanged { user: link.user, address: address.clone() }).await?;
    }
    let entry = Entry::new(Action::ResetRedeemed).self_service(UserRef { id: link.user, name: link.name }).from(ip);
    audit::record(&app, &mut tx, now, &entry.detail(format!("Sessions ended: {sessions_ended}."))).await?;
    tx.commit().await?;
    app.wake_mail();
    Ok(Json(Redemption { sessions_ended }))
}

/// A reset that keeps the old password would not lock out anybody who knows it.
async fn must_differ(app: &App, user: i64, password: &str) -> Result<()> {
    let row = sqlx::query("SELECT password_hash FROM users WHERE id = $1").bind(user).fetch_one(app.store.read()).await?;
    let Some(current) = row.try_get::<Option<String>, _>(0)? else { return Ok(()) };
    match app.hasher.verify(password.to_owned(), Some(current)).await? {
        Verdict::Wrong => Ok(()),
        Verdict::Right | Verdict::RightButWeak => Err(ApiError::refused("password", "same_password")),
    }
}
