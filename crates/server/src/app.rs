//! Application state: the configuration and services that all requests and jobs share.

use crate::auth::hashing::Hasher;
use crate::auth::secret_key::SecretKey;
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::transport::Transport;
use crate::store::Store;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::{Notify, watch};

/// Handle to the application state; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// Fields of [`App`].
pub struct Parts {
    /// Configuration.
    pub config: Config,
    /// Database.
    pub store: Store,
    /// Clock.
    pub clock: Clock,
    /// Keys the MACs of the audit log and of the rate limits.
    pub key: SecretKey,
    /// Password hasher.
    pub hasher: Hasher,
    /// Mail transport.
    pub transport: Transport,
    mail_waits: Notify,
    closing: watch::Sender<bool>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Creates the application state.
    #[must_use]
    pub fn new(config: Config, store: Store, clock: Clock, key: SecretKey, hasher: Hasher, transport: Transport) -> Self {
        let (closing, _) = watch::channel(false);
        Self(Arc::new(Parts { config, store, clock, key, hasher, transport, mail_waits: Notify::new(), closing }))
    }

    /// Returns the current time in Unix milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Notifies the mail worker of a new job.
    pub fn wake_mail(&self) {
        self.mail_waits.notify_one();
    }

    /// Waits for [`Self::wake_mail`].
    pub async fn mail_woken(&self) {
        self.mail_waits.notified().await;
    }

    /// Signals shutdown to tasks that do not end by themselves: event streams and the mail worker.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Waits for [`Self::close`].
    pub async fn closed(&self) {
        // The sender lives as long as `self`, so this cannot fail.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }
}
