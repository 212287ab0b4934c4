//! `rekey serve`: the API, the pages, and the mail worker, until it is told to stop.

use super::Stop;
use crate::app::App;
use crate::mail::worker;
use crate::router::router;
use crate::serve as http;
use tokio::net::TcpListener;

/// Serves until SIGTERM or Ctrl-C; then lets requests and mails that are under way finish.
///
/// # Errors
/// The address is in use or cannot be bound.
pub async fn serve(app: App) -> Result<(), Stop> {
    let address = app.config.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Stop(format!("The address {address} cannot be listened on ({error}); stop what uses it, or give --listen another."))
    })?;
    let failed = |error: std::io::Error| Stop(format!("The server could not start ({error})."));
    let stop = http::stop_signal().map_err(failed)?;
    let mail = tokio::spawn(worker::run(app.clone()));
    http::announce(&listener).map_err(failed)?;
    http::run(listener, router(app.clone()), stop, || app.close()).await;
    let _ = mail.await;
    app.store.close().await;
    Ok(())
}
