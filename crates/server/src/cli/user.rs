//! `rekey user add`: adds a user and prints a one-time link for setting the password. It never takes or prints a password.

use super::CliError;
use crate::address::Address;
use crate::app::App;
use crate::audit::{self, Action, Entry, UserRef};
use crate::jobs::outbox::{self, Job};
use crate::reset::{self, Kind, link};
use crate::users::write::{self, NewRow, Profile};
use rekey_wire::users::{RequesterKind, Role};

/// Name of the requester in the audit log and the users table.
pub const COMMAND_LINE: &str = "command line";

/// Adds a user and returns the link. Mails it too if `mail` is set.
///
/// # Errors
/// The address is taken.
pub async fn add(app: &App, address: Address, name: String, role: Role, mail: bool) -> Result<String, CliError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    write::lock(&mut tx, app.store.dialect()).await?;
    if write::owner(&mut tx, &address).await?.is_some() {
        return Err(CliError::new(format!("A user with the address {} exists already; give another --email.", address.as_str())));
    }
    let extension = write::next_extension(&mut tx).await?;
    let row = NewRow { role, ..NewRow::agent(name.clone(), Profile::Usable(address), extension) };
    let ids = write::insert(&mut tx, now, &[row]).await?;
    let id = ids.first().copied().ok_or_else(|| CliError::new("The database gave the new user no id; nothing was changed."))?;
    let reset = reset::create(&mut tx, now, id, Kind::Welcome, RequesterKind::Cli, COMMAND_LINE).await?;
    let secret = link::mint(&mut tx, now, app.config.invite_ttl, reset, id).await?;
    let secret = secret.ok_or_else(|| CliError::new("The new user's first link had ended before it began; nothing was changed."))?;
    if mail {
        outbox::put(&mut tx, now, &Job::Link { reset }).await?;
    } else {
        // The link is not mailed; printing it counts as sending.
        sqlx::query("UPDATE resets SET sent_at = $2 WHERE id = $1").bind(reset).bind(now).execute(&mut *tx).await?;
    }
    audit::record(app, &mut tx, now, &Entry::new(Action::UserCreated).subject(UserRef { id, name }).detail("By the command line.")).await?;
    tx.commit().await?;
    Ok(app.config.public_url.reset_link(&secret.reveal()))
}
