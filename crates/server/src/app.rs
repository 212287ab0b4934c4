//! What every request and every job shares.

use crate::audit::{self, Entry};
use crate::clock::Clock;
use crate::config::{Config, Limit};
use crate::hashing::Hasher;
use crate::limit::{self, Over, Scope};
use crate::mail::transport::Transport;
use crate::reset::REMEMBER;
use crate::secret_key::SecretKey;
use crate::store::{Conn, Result, Store};
use crate::users::known::Known;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::{Notify, watch};

/// For as long as anybody could do it again.
const ONCE: Limit = Limit { count: 1, window: REMEMBER };

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
    /// What searches found before.
    pub known: Known,
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
        Self(Arc::new(Parts { config, store, clock, key, hasher, transport, known: Known::default(), mail_waits: Notify::new(), closing }))
    }

    /// Unix milliseconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Adds an audit row within the caller's transaction; make it the last thing in it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn audit(&self, conn: &mut Conn, at: i64, entry: &Entry) -> Result<()> {
        audit::record(conn, self.store.dialect(), &self.key, at, entry).await
    }

    /// Counts one more within the caller's transaction; see [`limit::take`].
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take(&self, conn: &mut Conn, scope: Scope<'_>, now: i64) -> Result<Option<Over>> {
        let config = &self.config;
        let limit = match scope {
            Scope::ForgotIp(_) => config.limit_forgot_per_ip,
            Scope::LoginIp(_) => config.limit_login_per_ip,
            Scope::ForgotAddress(_) | Scope::AdminReset(_) => config.resend_limit(),
            Scope::Report(_) => Some(ONCE),
            Scope::Recipient(_) | Scope::RecipientByAdmin(_) => config.limit_mail_per_recipient,
            Scope::Mail => config.limit_mail,
        };
        limit::take(conn, &self.key, scope, limit, now).await
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
