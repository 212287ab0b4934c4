//! `POST /api/password-resets`: "Forgot your password?"
//!
//! The handler only enqueues the request; the mail worker looks the address up after the response. So status, body and timing are the same for all
//! addresses (OWASP Forgot Password Cheat Sheet).

use crate::address::Address;
use crate::app::App;
use crate::auth::limit::{self, Scope};
use crate::http::error::{ApiError, Result};
use crate::http::json::{Json, Valid};
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::PublicProblems;
use crate::jobs::outbox::{self, Job};
use axum::extract::State;
use axum::http::StatusCode;
use rekey_wire::problem::Code;
use rekey_wire::reset::{ForgotAnswer, ForgotRequest};

/// Ask for a reset link
#[utoipa::path(post, path = rekey_wire::reset::PASSWORD_RESETS, tag = "password reset", request_body = ForgotRequest,
    responses((status = 202, description = "The same for every address", body = ForgotAnswer), PublicProblems))]
pub async fn request(
    State(app): State<App>,
    client: ClientIp,
    Valid(request): Valid<ForgotRequest>,
) -> Result<(StatusCode, Json<ForgotAnswer>)> {
    let address = Address::parse(&request.email)?.as_str().to_owned();
    let now = app.now();
    let mut tx = app.store.begin_relaxed().await?;
    let over = match limit::hit(&app, &mut tx, Scope::ForgotIp(&client.limit_key()), now).await? {
        None => limit::hit(&app, &mut tx, Scope::ForgotAddress(&address), now).await?,
        over => over,
    };
    let ip = client.0.to_string();
    match over {
        None => outbox::put(&mut tx, now, &Job::Forgot { address, ip }).await?,
        Some(over) if over.newly_exceeded => outbox::put(&mut tx, now, &Job::Throttled { address, ip }).await?,
        Some(_) => {}
    }
    tx.commit().await?;
    app.wake_mail();
    over.map_or_else(|| Ok(answer(&app)), |over| Err(ApiError::new(Code::TooManyRequests).retry_after(over.seconds)))
}

/// Returns the response to every accepted request.
pub(crate) fn answer(app: &App) -> (StatusCode, Json<ForgotAnswer>) {
    (StatusCode::ACCEPTED, Json(ForgotAnswer { resend_after_seconds: app.config.resend_cooldown.as_secs() }))
}
