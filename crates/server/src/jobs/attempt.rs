//! Attempt to hand a mail over: its outcome, and whether and when it is repeated.

use super::outbox::{self, Claim};
use crate::app::App;
use crate::mail::compose::{Brand, compose};
use crate::mail::error::{FailureKind, SendError};
use crate::mail::templates::{MailTemplate, Recipient};
use crate::mail::transport::Delivery;
use crate::{metrics, reset};

/// Result of a job; the error is logged, and the job is tried again.
pub(super) type Done = crate::http::error::Result<()>;

/// Maximum delay between two attempts, milliseconds.
const MAX_BACKOFF: i64 = 30_000;
/// Delays before a mail is repeated that the mail server may already have, milliseconds: one for each repetition.
const UNCONFIRMED_DELAYS: [i64; 2] = [300_000, outbox::MAX_DELAY];
/// What is written down of a mail that was repeated in vain.
pub(super) const UNCONFIRMED: &str = "The mail server did not confirm that it took the mail.";
/// After so long the mail server is given up, milliseconds.
pub(super) const GIVE_UP: i64 = reset::GIVE_UP;

/// Result of an attempt.
pub(super) enum Outcome {
    /// The mail server took it.
    Sent,
    /// The mail server never said whether it took it, and it is not repeated any more.
    Unconfirmed,
    /// Nothing was to be done any more.
    Skipped,
    /// The lease ran out, and another worker has the job.
    LeaseLost,
    /// Try again.
    RetryAt {
        /// When (Unix milliseconds).
        at: i64,
        /// For [`Claim::deliveries`].
        deliveries: i64,
    },
    /// It will not work any more, and why, in words.
    Failed(Cause, String),
}

/// Why a mail will not be tried again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cause {
    /// The mail server knows no such address.
    NoSuchAddress,
    /// The mail server refused it for good, it was tried for too long, or there is nothing to send it to.
    GaveUp,
    /// The address has had its share.
    OverShare,
}

/// Writes the mail and hands it over.
pub(super) async fn deliver(app: &App, claim: &Claim, delivery: Delivery, recipient: &Recipient, template: &MailTemplate) -> Outcome {
    let Ok(mail) = compose(&Brand::from(&app.config), recipient, template) else {
        delivery.cancel();
        return Outcome::Failed(Cause::GaveUp, "The mail could not be written.".to_owned());
    };
    match delivery.send(&mail).await {
        Ok(()) => Outcome::Sent,
        Err(error) => classify(claim, app.now(), error),
    }
}

/// Whether the mail server was given a day.
pub(super) const fn is_given_up(claim: &Claim, now: i64) -> bool {
    now - claim.created_at > GIVE_UP
}

/// Whether the mail was handed over so often without an answer that one more would be a nuisance.
pub(super) const fn is_repeated_enough(claim: &Claim) -> bool {
    claim.deliveries > UNCONFIRMED_DELAYS.len() as i64
}

/// What follows from a failure: another attempt after 1, 2, 4, … 30 seconds, or after minutes where the mail may have
/// arrived, or the end.
pub(super) fn classify(claim: &Claim, now: i64, error: SendError) -> Outcome {
    let SendError { reason, kind } = error;
    let (delay, deliveries) = match kind {
        FailureKind::Mail => return Outcome::Failed(Cause::GaveUp, reason),
        FailureKind::Address => return Outcome::Failed(Cause::NoSuchAddress, reason),
        FailureKind::Temporary => (backoff(claim.attempts), claim.deliveries),
        FailureKind::Unconfirmed => match usize::try_from(claim.deliveries).ok().and_then(|made| UNCONFIRMED_DELAYS.get(made)) {
            Some(delay) => (*delay, claim.deliveries + 1),
            None => return Outcome::Unconfirmed,
        },
    };
    // What is tried again has no other end that an operator could watch.
    metrics::mail_failed();
    tracing::warn!(job = claim.id, attempt = claim.attempts, why = reason, "a mail could not be sent and will be tried again");
    Outcome::RetryAt { at: now + delay, deliveries }
}

fn backoff(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(5);
    1000_i64.checked_shl(doublings).map_or(MAX_BACKOFF, |delay| delay.min(MAX_BACKOFF))
}
