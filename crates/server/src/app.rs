//! What every request and every job shares.

use crate::auth::hashing::Hasher;
use crate::auth::secret_key::SecretKey;
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::transport::Transport;
use crate::store::Store;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::{Notify, watch};

/// A handle to all of it; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// See [`App`].
pub struct Parts {
    /// How the server was told to behave.
    pub config: Config,
    /// The data.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Keys the audit chain and the limits.
    pub key: SecretKey,
    /// Password hashing.
    pub hasher: Hasher,
    /// How mail leaves.
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
    /// Puts the parts together.
    #[must_use]
    pub fn new(config: Config, store: Store, clock: Clock, key: SecretKey, hasher: Hasher, transport: Transport) -> Self {
        let (closing, _) = watch::channel(false);
        Self(Arc::new(Parts { config, store, clock, key, hasher, transport, mail_waits: Notify::new(), closing }))
    }

    /// Unix milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Tells the mail worker that there is something to send.
    pub fn wake_mail(&self) {
        self.mail_waits.notify_one();
    }

    /// Waits for [`Self::wake_mail`].
    pub async fn mail_woken(&self) {
        self.mail_waits.notified().await;
    }

    /// Ends what would otherwise go on for ever: event streams and the mail worker.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Waits for [`Self::close`].
    pub async fn closed(&self) {
        // The sender lives as long as self, so that this cannot fail.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }
}
