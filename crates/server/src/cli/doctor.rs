//! `rekey doctor`: checks everything that `rekey serve` needs and prints one line per check.

use super::{CliError, Report};
use crate::app::App;
use crate::audit::{Finding, verify};
use crate::jobs::outbox;
use crate::mail::transport::Transport;
use crate::store::number;

/// Result of a check.
struct Check {
    /// Whether it passed.
    ok: bool,
    /// What was found and, if it failed, what to do.
    found: String,
}

/// Runs all checks and returns a report, one line each. The exit code is 1 if a check failed.
///
/// # Errors
/// The checks could not be run.
pub async fn examine(app: &App) -> Result<Report, CliError> {
    let checks = look(app).await?;
    let lines: Vec<String> = checks.iter().map(|check| format!("{} {}", if check.ok { "ok   " } else { "WRONG" }, check.found)).collect();
    Ok(Report { text: lines.join("\n"), exit_code: u8::from(!checks.iter().all(|check| check.ok)) })
}

async fn look(app: &App) -> Result<Vec<Check>, CliError> {
    let users = number(&sqlx::query("SELECT count(*) FROM users").fetch_one(app.store.read()).await?)?;
    let admins = active_admins(app).await?;
    let waiting = outbox::waiting(&app.store).await?;
    let audit = verify(&app.store, &app.key).await?;
    let mut checks = vec![
        Check { ok: true, found: format!("The database opens and its schema is up to date: {users} users.") },
        match admins {
            0 => Check { ok: false, found: "There is no active admin; add one with `rekey user add --role admin`.".to_owned() },
            _ => Check { ok: true, found: format!("There are {admins} active admins.") },
        },
        Check { ok: matches!(audit, Finding::Intact { .. }), found: audit.to_string() },
        mail(app).await,
        Check { ok: true, found: format!("Jobs in the mail queue: {waiting}.") },
    ];
    if !app.config.public_url.is_https() {
        checks.push(Check { ok: true, found: "The public URL is plain http: good for this machine only.".to_owned() });
    }
    Ok(checks)
}

/// Returns the number of active admins.
///
/// # Errors
/// Database errors.
pub async fn active_admins(app: &App) -> crate::store::Result<i64> {
    let sql = "SELECT count(*) FROM users WHERE role = 'admin' AND status = 'active'";
    number(&sqlx::query(sql).fetch_one(app.store.read()).await?)
}

async fn mail(app: &App) -> Check {
    if matches!(app.transport, Transport::Inbox(_)) && !app.config.shows_inbox() {
        let found = "No SMTP server is configured, and the public URL is not this machine's: mail reaches nobody. Set REKEY_SMTP_URL.";
        return Check { ok: false, found: found.to_owned() };
    }
    if matches!(app.transport, Transport::Inbox(_)) {
        return Check { ok: true, found: "No SMTP server is configured: mail stays in the local inbox page, /dev/inbox.".to_owned() };
    }
    match app.transport.check().await {
        Ok(()) => Check { ok: true, found: "The mail server answers.".to_owned() },
        Err(error) => Check { ok: false, found: format!("{} Check REKEY_SMTP_URL.", error.reason) },
    }
}
