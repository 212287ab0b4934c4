//! `POST /api/password-resets/renew`: sends a fresh link to the holder of an old one, which proves the identity.

use super::link::Link;
use super::{Enqueued, Kind, create_and_enqueue};
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::auth::limit::{self, Scope};
use crate::http::error::{ApiError, Result};
use crate::http::json::Json;
use crate::http::middleware::client_ip::ClientIp;
use crate::http::openapi::LinkProblems;
use crate::reset::request::answer;
use axum::extract::State;
use axum::http::StatusCode;
use rekey_wire::problem::Code;
use rekey_wire::reset::{ForgotAnswer, LinkRequest};
use rekey_wire::users::RequesterKind;

/// Send a fresh link to the holder of an old one
#[utoipa::path(post, path = rekey_wire::reset::RENEW, tag = "password reset", request_body = LinkRequest,
    responses((status = 202, body = ForgotAnswer), LinkProblems))]
pub async fn renew(State(app): State<App>, client: ClientIp, Json(request): Json<LinkRequest>) -> Result<(StatusCode, Json<ForgotAnswer>)> {
    let now = app.now();
    // Invalid tokens are rejected before the transaction, so that they do not block writers.
    Link::find(&mut *app.store.read().acquire().await?, &request.token).await?;
    let mut tx = app.store.begin().await?;
    let link = Link::find(&mut tx, &request.token).await?;
    let cancelled = || ApiError::new(Code::LinkCancelled);
    if !link.is_active() || link.fault(now) == Some(Code::LinkCancelled) {
        return Err(cancelled());
    }
    let address = link.address.clone().ok_or_else(cancelled)?;
    let over = match limit::hit(&app, &mut tx, Scope::ForgotIp(&client.limit_key()), now).await? {
        None => limit::hit(&app, &mut tx, Scope::ForgotAddress(&address), now).await?,
        over => over,
    };
    let user_ref = UserRef { id: link.user, name: link.name.clone() };
    if let Some(over) = over {
        if over.newly_exceeded {
            audit::record(&app, &mut tx, now, &Entry::new(Action::ResetThrottled).self_service(user_ref).from(client.0)).await?;
        }
        tx.commit().await?;
        return Err(ApiError::new(Code::TooManyRequests).retry_after(over.seconds));
    }
    let entry = if link.paused_until.is_some_and(|until| until > now) {
        Entry::new(Action::ResetThrottled).detail("Held back: the owner reported a mail.")
    } else {
        let renewed = Entry::new(Action::ResetRenewed);
        match create_and_enqueue(&mut tx, now, link.user, Kind::Reset, RequesterKind::Oneself, &link.name).await? {
            Enqueued::Reset(_) => renewed,
            Enqueued::Awaited => renewed.detail("Nothing more was mailed: a link that an admin asked for is on its way."),
            Enqueued::Unreachable => return Err(cancelled()),
        }
    };
    audit::record(&app, &mut tx, now, &entry.self_service(user_ref).from(client.0)).await?;
    tx.commit().await?;
    app.wake_mail();
    Ok(answer(&app))
}
