//! `POST /api/password-resets/renew`: a fresh link for who holds an old one. The old one proves whose it is.

use super::link::Link;
use super::{Kind, queue};
use crate::app::App;
use crate::audit::{Action, Entry, Party};
use crate::client_ip::ClientIp;
use crate::docs::LinkProblems;
use crate::error::{ApiError, Result};
use crate::forgot::answer;
use crate::json::Json;
use crate::limit::Scope;
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
    // What is no link is refused before it holds up who writes.
    Link::find(&mut *app.store.read().acquire().await?, &request.token).await?;
    let mut tx = app.store.begin().await?;
    let link = Link::find(&mut tx, &request.token).await?;
    let cancelled = || ApiError::new(Code::LinkCancelled);
    if !link.active || link.fault(now) == Some(Code::LinkCancelled) {
        return Err(cancelled());
    }
    let address = link.address.clone().ok_or_else(cancelled)?;
    let over = match app.take(&mut tx, Scope::ForgotIp(&client.limit_key()), now).await? {
        None => app.take(&mut tx, Scope::ForgotAddress(&address), now).await?,
        over => over,
    };
    let party = Party { id: link.user, name: link.name.clone() };
    if let Some(over) = over {
        if over.first {
            app.audit(&mut tx, now, &Entry::new(Action::ResetThrottled).by_oneself(party).from(client.0)).await?;
        }
        tx.commit().await?;
        return Err(ApiError::new(Code::TooManyRequests).retry_after(over.seconds));
    }
    let entry = if link.paused_until.is_some_and(|until| until > now) {
        Entry::new(Action::ResetThrottled).detail("Held back: the owner reported a mail.")
    } else {
        queue(&mut tx, now, link.user, Kind::Reset, RequesterKind::Oneself, &link.name).await?;
        Entry::new(Action::ResetRenewed)
    };
    app.audit(&mut tx, now, &entry.by_oneself(party).from(client.0)).await?;
    tx.commit().await?;
    app.wake_mail();
    Ok(answer(&app))
}
