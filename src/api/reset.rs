//! A reset link from asking for it to a new password.

use super::{Result, send};
use rekey_wire::reset::{
    ForgotAnswer, ForgotRequest, INSPECT, Inspection, LinkRequest, PASSWORD_RESETS, REDEEM, RENEW, REPORT, RedeemRequest, Redemption, Token,
};

/// A link that works, and for how long.
pub(crate) struct Inspected {
    /// Whose password it sets.
    pub(crate) email: String,
    /// Milliseconds that it will still work, by the server's clock: the machine's own may be wrong.
    pub(crate) remaining: u64,
}

/// Asks for a link to an address. The answer is the same for every address; it gives the seconds until the next try.
///
/// # Errors
/// 422 when it is no address, 429 when it is too soon.
pub(crate) async fn ask_for_link(email: String) -> Result<u64> {
    send::post::<ForgotAnswer>(PASSWORD_RESETS, &ForgotRequest { email }).await.map(|answer| answer.resend_after_seconds)
}

/// Looks at a link without using it up.
///
/// # Errors
/// 410 with the reason when it does not work.
pub(crate) async fn inspect_link(token: Token) -> Result<Inspected> {
    let answer = send::post_raw(INSPECT, &LinkRequest { token }).await?;
    let Inspection { email, expires_at } = send::read(answer.json)?;
    let now = answer.date.unwrap_or_else(crate::browser::now);
    let end = crate::browser::moment(&expires_at).unwrap_or(now);
    Ok(Inspected { email, remaining: end.saturating_sub(now) })
}

/// Sets the new password and uses the link up. The answer is the number of sessions that it ended.
///
/// # Errors
/// 410 when the link does not work, 422 when the password is refused: the link still works then.
pub(crate) async fn redeem_link(token: Token, password: String) -> Result<u64> {
    send::post::<Redemption>(REDEEM, &RedeemRequest { token, password }).await.map(|redemption| redemption.sessions_ended)
}

/// Asks for a fresh link to the address that an expired or used one was sent to. The answer gives the seconds until the
/// next try.
///
/// # Errors
/// 410 when the link was cancelled or never was one, 429 when it is too soon.
pub(crate) async fn renew_link(token: Token) -> Result<u64> {
    send::post::<ForgotAnswer>(RENEW, &LinkRequest { token }).await.map(|answer| answer.resend_after_seconds)
}

/// "This wasn't me": cancels the link and holds further ones back for a while.
///
/// # Errors
/// 410 when it never was a link.
pub(crate) async fn report_link(token: Token) -> Result<()> {
    send::send("POST", REPORT, &LinkRequest { token }).await
}
