//! Reset links: request, inspect, redeem, renew, report.

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
    /// Milliseconds until it expires, by the server's clock: this machine's may be wrong.
    pub(crate) remaining: u64,
}

/// Requests a link. The answer is the same for every address: seconds until another may be requested.
///
/// # Errors
/// 422 for a malformed address, 429 within the cooldown.
pub(crate) async fn request_link(body: ForgotRequest) -> Result<u64> {
    request::post::<ForgotAnswer>(PASSWORD_RESETS, &body).await.map(|answer| answer.resend_after_seconds)
}

/// Inspects a link without using it up.
///
/// # Errors
/// 410 with the reason when it is not valid.
pub(crate) async fn inspect_link(token: Token) -> Result<InspectedLink> {
    let response = request::send_json(Request::post(INSPECT), &LinkRequest { token }).await?;
    let now = response.headers().get("date").and_then(|date| browser::parse_date(&date)).unwrap_or_else(browser::now);
    let Inspection { email, expires_at, .. } = request::read(response).await?;
    let end = browser::parse_date(&expires_at).unwrap_or(now);
    Ok(InspectedLink { email, remaining: end.saturating_sub(now) })
}

/// Sets the new password and uses the link up. Returns the number of sessions that ended.
///
/// # Errors
/// 410 when the link is not valid, 422 when the password is refused: the link stays valid then.
pub(crate) async fn redeem_link(body: RedeemRequest) -> Result<u64> {
    request::post::<Redemption>(REDEEM, &body).await.map(|redemption| redemption.sessions_ended)
}

/// Requests a new link to the address that an expired or used one was sent to. Returns the seconds until another may be
/// requested.
///
/// # Errors
/// 410 when the link was cancelled or never existed, 429 within the cooldown.
pub(crate) async fn renew_link(token: Token) -> Result<u64> {
    request::post::<ForgotAnswer>(RENEW, &LinkRequest { token }).await.map(|answer| answer.resend_after_seconds)
}

/// "This wasn't me": cancels the link and pauses further ones.
///
/// # Errors
/// 410 when it never was a link.
pub(crate) async fn report_link(token: Token) -> Result<()> {
    request::send_json(Request::post(REPORT), &LinkRequest { token }).await.map(drop)
}
