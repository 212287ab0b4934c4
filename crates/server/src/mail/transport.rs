//! Mail transport: SMTP, or the local inbox. Callers do not know which.

use super::compose::Mail;
use super::error::SendError;
use super::inbox::Inbox;
use super::smtp::{Session, Smtp};
use crate::address::Address;
use crate::config::Config;

/// Sends mail; cheap to clone. One per process.
#[derive(Clone)]
pub enum Transport {
    /// To a mail server.
    Smtp(Smtp),
    /// To the local inbox.
    Inbox(Inbox),
}

/// A mail that the transport is ready to accept.
pub enum Delivery {
    /// The mail server has accepted the recipient.
    Smtp(Box<Session>),
    /// See [`Transport::Inbox`].
    Inbox(Inbox),
}

impl Transport {
    /// Chooses the transport by the configuration. Does not connect.
    ///
    /// # Errors
    /// The system's certificates cannot be read; the message is a sentence.
    pub fn connect(config: &Config) -> Result<Self, String> {
        match &config.smtp {
            Some(url) => Ok(Self::Smtp(Smtp::new(url, config.sender().email)?)),
            None => Ok(Self::Inbox(Inbox::default())),
        }
    }

    /// Checks that the mail server is reachable and accepts the login.
    ///
    /// # Errors
    /// [`super::error::FailureKind::Temporary`], always.
    pub async fn check(&self) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Inbox(_) => Ok(()),
        }
    }

    /// Announces a mail to this address, so that no link is minted for a mail that cannot be sent.
    ///
    /// # Errors
    /// [`SendError`]; the mail was not sent.
    pub async fn open(&self, to: &Address) -> Result<Delivery, SendError> {
        match self {
            Self::Smtp(smtp) => smtp.open(to).await.map(|session| Delivery::Smtp(Box::new(session))),
            Self::Inbox(inbox) => Ok(Delivery::Inbox(inbox.clone())),
        }
    }

    /// Returns the local inbox, if it is the transport.
    #[must_use]
    pub const fn inbox(&self) -> Option<&Inbox> {
        match self {
            Self::Smtp(_) => None,
            Self::Inbox(inbox) => Some(inbox),
        }
    }
}

impl Delivery {
    /// Sends the mail.
    ///
    /// # Errors
    /// [`SendError`]; with [`super::error::FailureKind::Unconfirmed`] the server may have accepted it.
    pub async fn send(self, mail: &Mail) -> Result<(), SendError> {
        match self {
            Self::Smtp(session) => session.send(mail).await,
            Self::Inbox(inbox) => {
                inbox.keep(mail);
                Ok(())
            }
        }
    }

    /// Ends the session without sending.
    pub fn cancel(self) {
        match self {
            Self::Smtp(session) => session.close(),
            Self::Inbox(_) => {}
        }
    }
}
