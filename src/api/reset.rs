//! Reset link endpoints: request, inspect, redeem, renew, report.

use super::{Result, request};
use crate::browser;
use gloo_net::http::Request;
use rekey_wire::reset::{
    ForgotAnswer, ForgotRequest, INSPECT, Inspection, LinkRequest, PASSWORD_RESETS, REDEEM, RENEW, REPORT, RedeemRequest, Redemption, Token,
};

/// A valid link.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct InspectedLink {
    /// The account's address.
    pub(crate) email: String,
    /// Milliseconds until it expires, by the server's clock, as the local clock may be wrong.
    pub(crate) remaining: u64,
}

/// Requests a link. The response is the same for every address. Returns the seconds until another link may be requested.
///
/// # Errors
/// 422 for a malformed address, 429 within the cooldown.
pub(crate) async fn request_link(body: ForgotRequest) -> Result<u64> {
    request::post::<ForgotAnswer>(PASSWORD_RESETS, &body).await.map(|answer| answer.resend_after_seconds)
}

/// Inspects a link without using it up.
///
/// # Errors
/// 410 with the reason if the link is not valid.
pub(crate) async fn inspect_link(token: Token) -> Result<InspectedLink> {
    let response = request::send_json(Request::post(INSPECT), &LinkRequest { token }).await?;
    let now = response.headers().get("date").and_then(|date| browser::parse_date(&date)).unwrap_or_else(browser::now);
    let Inspection { email, expires_at, .. } = request::read(response).await?;
    let end = browser::parse_date(&expires_at).unwrap_or(now);
    Ok(InspectedLink { email, remaining: end.saturating_sub(now) })
}

/// Sets the new password and uses the link up. Returns the number of ended sessions.
///
/// # Errors
/// 410 if the link is not valid; 422 if the password is rejected, and the link stays valid.
pub(crate) async fn redeem_link(body: RedeemRequest) -> Result<u64> {
    request::post::<Redemption>(REDEEM, &body).await.map(|redemption| redemption.sessions_ended)
}

/// Requests a new link to the address that an expired or used link was sent to. Returns the seconds until another link may be requested.
///
/// # Errors
/// 410 if the link was cancelled or never existed, 429 within the cooldown.
pub(crate) async fn renew_link(token: Token) -> Result<u64> {
    request::post::<ForgotAnswer>(RENEW, &LinkRequest { token }).await.map(|answer| answer.resend_after_seconds)
}

/// Cancels the link and pauses self-service mails ("This wasn't me").
///
/// # Errors
/// 410 if there is no such link.
pub(crate) async fn report_link(token: Token) -> Result<()> {
    request::send_json(Request::post(REPORT), &LinkRequest { token }).await.map(drop)
}
