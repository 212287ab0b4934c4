//! `rekey serve`: the API, the pages, and the mail worker, until it is told to stop.

use super::CliError;
use super::doctor::active_admins;
use crate::app::App;
use crate::config::Config;
use crate::http::serve as http;
use crate::jobs::worker;
use crate::router::router;
use tokio::net::TcpListener;

/// What works, but hardly as it was meant.
fn warn_of_surprises(config: &Config, listener: &TcpListener) {
    if config.smtp.is_none() && !config.shows_inbox() {
        tracing::warn!("no SMTP server is configured and the public URL is not this machine's: mail reaches nobody; set REKEY_SMTP_URL");
    }
    let port = listener.local_addr().map_or(0, |address| address.port());
    if config.public_url.is_loopback() && config.public_url.port() != port {
        let url = config.public_url.to_string();
        tracing::warn!(
            port,
            url,
            "browsers can log in at the public URL alone, and links in mail lead there; set REKEY_PUBLIC_URL to the address that people open"
        );
    }
}

/// Serves until SIGTERM or Ctrl-C; then lets requests and mails that are under way finish.
///
/// # Errors
/// The address is in use or cannot be bound.
pub async fn serve(app: App) -> Result<(), CliError> {
    let address = app.config.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        CliError(format!("The address {address} cannot be listened on ({error}); stop what uses it, or give --listen another."))
    })?;
    let failed = |error: std::io::Error| CliError(format!("The server could not start ({error})."));
    let stop = http::stop_signal().map_err(failed)?;
    let mail = tokio::spawn(worker::run(app.clone()));
    warn_of_surprises(&app.config, &listener);
    if active_admins(&app).await? == 0 {
        tracing::warn!("there is no active admin yet; add one with: rekey user add --role admin");
    }
    http::announce(&listener).map_err(failed)?;
    http::run(listener, router(app.clone()), stop, || app.close()).await;
    let _ = mail.await;
    app.store.close().await;
    Ok(())
}
