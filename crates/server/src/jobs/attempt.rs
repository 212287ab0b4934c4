//! Delivery attempt: its outcome, and whether and when it is repeated.

use super::outbox::{self, Claim};
use crate::app::App;
use crate::mail::compose::{Brand, compose};
use crate::mail::error::{FailureKind, SendError};
use crate::mail::templates::{MailTemplate, Recipient};
use crate::mail::transport::Delivery;
use crate::{metrics, reset};

/// Result of a job; an error is logged, and the job is retried.
pub(super) type Done = crate::http::error::Result<()>;

/// Maximum delay between two attempts, milliseconds.
const MAX_BACKOFF: i64 = 30_000;
/// Delays before repeating a mail that the mail server may already have, milliseconds: one per repetition.
const UNCONFIRMED_DELAYS: [i64; 2] = [300_000, outbox::MAX_DELAY];
/// Detail that is stored for a mail whose repetitions were not confirmed either.
pub(super) const UNCONFIRMED: &str = "The mail server did not confirm that it took the mail.";
/// Time after which delivery is abandoned, milliseconds.
pub(super) const GIVE_UP: i64 = reset::GIVE_UP;

/// Result of an attempt.
pub(super) enum Outcome {
    /// The mail server accepted it.
    Sent,
    /// The mail server did not confirm that it accepted the mail, and no repetitions are left.
    Unconfirmed,
    /// Nothing left to do.
    Skipped,
    /// The lease expired, and another worker has the job.
    LeaseLost,
    /// Try again.
    RetryAt {
        /// Next attempt (Unix milliseconds).
        at: i64,
        /// New value of [`Claim::deliveries`].
        deliveries: i64,
    },
    /// Permanent failure, with the reason in words.
    Failed(Cause, String),
}

/// Cause of a permanent failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cause {
    /// The mail server rejected the address.
    NoSuchAddress,
    /// The mail server permanently rejected the mail, retries took too long, or the user has no address.
    GaveUp,
    /// The limit of mails to this address is exceeded.
    OverShare,
}

/// Composes the mail and delivers it.
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

/// Returns whether delivery has been tried for a day.
pub(super) const fn is_given_up(claim: &Claim, now: i64) -> bool {
    now - claim.created_at > GIVE_UP
}

/// Returns whether the mail has been handed over without confirmation so often that another repetition would be a nuisance.
pub(super) const fn is_repeated_enough(claim: &Claim) -> bool {
    claim.deliveries > UNCONFIRMED_DELAYS.len() as i64
}

/// Classifies a failure: retry after 1, 2, 4, … 30 seconds, or after minutes if the mail may have arrived, or fail permanently.
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
    // A retry has no other outcome that an operator could monitor.
    metrics::mail_failed();
    tracing::warn!(job = claim.id, attempt = claim.attempts, why = reason, "a mail could not be sent and will be tried again");
    Outcome::RetryAt { at: now + delay, deliveries }
}

fn backoff(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(5);
    1000_i64.checked_shl(doublings).map_or(MAX_BACKOFF, |delay| delay.min(MAX_BACKOFF))
}
