//! Notices: mails that inform an owner of a change to the account.

use super::attempt::{Cause, Done, Outcome, classify, deliver, is_given_up, is_repeated_enough};
use super::outbox::{self, Claim};
use crate::address::Address;
use crate::app::App;
use crate::mail::templates::{MailTemplate, Recipient};
use crate::metrics;
use crate::store::Result;
use sqlx::Row;

/// Sends a notice to the address that the account had at the time of the change. Exempt from the limits of reset mails: otherwise an attacker could
/// exhaust them to suppress the notice.
pub(super) async fn send_notice(app: &App, claim: &Claim, user: i64, address: &str, template: &MailTemplate) -> Done {
    let row = sqlx::query("SELECT name FROM users WHERE id = $1").bind(user).fetch_optional(app.store.read()).await?;
    let outcome = match (row, Address::parse(address)) {
        _ if is_given_up(claim, app.now()) => Outcome::Failed(Cause::GaveUp, "The mail server could not be reached for a day.".to_owned()),
        (Some(row), Ok(address)) => attempt_notice(app, claim, Recipient { address, name: row.try_get(0)? }, template).await?,
        _ => Outcome::Skipped,
    };
    match &outcome {
        Outcome::Sent => metrics::mail_sent(),
        Outcome::Unconfirmed => tracing::warn!(user, template = template.name(), "a notice was handed over and never confirmed"),
        Outcome::Failed(_, why) => {
            metrics::mail_failed();
            tracing::warn!(user, why, template = template.name(), "a notice could not be delivered");
        }
        Outcome::Skipped | Outcome::LeaseLost | Outcome::RetryAt { .. } => {}
    }
    let mut tx = app.store.begin_relaxed().await?;
    match outcome {
        Outcome::RetryAt { at, deliveries } => outbox::retry_at(&mut tx, claim, at, deliveries).await?,
        Outcome::Sent => drop(outbox::finish_sent(&mut tx, claim).await?),
        Outcome::Failed(..) | Outcome::Unconfirmed | Outcome::Skipped => drop(outbox::finish(&mut tx, claim).await?),
        Outcome::LeaseLost => {}
    }
    tx.commit().await?;
    Ok(())
}

async fn attempt_notice(app: &App, claim: &Claim, recipient: Recipient, template: &MailTemplate) -> Result<Outcome> {
    if is_repeated_enough(claim) {
        return Ok(Outcome::Unconfirmed);
    }
    let delivery = match app.transport.open(&recipient.address).await {
        Ok(delivery) => delivery,
        Err(error) => return Ok(classify(claim, app.now(), error)),
    };
    let mut tx = app.store.begin_relaxed().await?;
    if !outbox::begin_delivery(&mut tx, claim, app.now()).await? {
        delivery.cancel();
        return Ok(Outcome::LeaseLost);
    }
    tx.commit().await?;
    Ok(deliver(app, claim, delivery, &recipient, template).await)
}
