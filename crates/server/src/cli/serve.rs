//! `rekey serve`: runs the API, the pages and the mail worker until a stop signal.

use super::CliError;
use super::doctor::active_admins;
use crate::app::App;
use crate::config::Config;
use crate::http::serve as http;
use crate::jobs::worker;
use crate::router::router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Warns of settings that work but are probably not intended.
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

/// Waits for `stop`, or for `task` to end, which means that it panicked.
async fn stop_or_panic(stop: impl Future<Output = ()>, task: &mut JoinHandle<()>) -> Option<CliError> {
    tokio::select! {
        () = stop => None,
        _ = task => {
            tracing::error!("the mail worker panicked; stopping");
            Some(CliError::new("The mail worker ended unexpectedly; the log says why. Start the server again, and report the fault."))
        }
    }
}

/// Serves until SIGTERM or Ctrl-C, or until the mail worker panics; then lets active requests and mails finish.
///
/// # Errors
/// The address cannot be bound, or the mail worker panicked.
pub async fn serve(app: App) -> Result<(), CliError> {
    let address = app.config.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        CliError(format!("The address {address} cannot be listened on ({error}); stop what uses it, or give --listen another."))
    })?;
    let failed = |error: std::io::Error| CliError(format!("The server could not start ({error})."));
    let stop = http::stop_signal().map_err(failed)?;
    let mut worker = tokio::spawn(worker::run(app.clone()));
    warn_of_surprises(&app.config, &listener);
    if active_admins(&app).await? == 0 {
        tracing::warn!("there is no active admin yet; add one with: rekey user add --role admin");
    }
    http::announce(&listener).map_err(failed)?;
    let mut panicked = None;
    let stop = async { panicked = stop_or_panic(stop, &mut worker).await };
    http::run(listener, router(app.clone()), stop, || app.close()).await;
    if panicked.is_none() && worker.await.is_err() {
        tracing::error!("the mail worker panicked while it stopped");
    }
    app.store.close().await;
    panicked.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::stop_or_panic;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn rel_13_a_panic_of_the_mail_worker_ends_the_program_with_an_error() {
        let mut panics = tokio::spawn(async { assert!(!ready(true).await, "a fault") });
        assert!(stop_or_panic(pending(), &mut panics).await.is_some_and(|error| error.to_string().contains("mail worker")));
        let mut works = tokio::spawn(pending());
        assert!(stop_or_panic(ready(()), &mut works).await.is_none());
        works.abort();
    }
}
