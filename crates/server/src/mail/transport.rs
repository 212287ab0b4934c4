//! Mail transport: over SMTP, or into the local inbox. Callers do not know which.

use super::compose::Mail;
use super::error::SendError;
use super::inbox::Inbox;
use super::smtp::{Session, Smtp};
use crate::address::Address;
use crate::config::Config;

/// Hands mail over. Cheap to clone; one for the whole program.
#[derive(Clone)]
pub enum Transport {
    /// To a mail server.
    Smtp(Smtp),
    /// To a page of this server.
    Inbox(Inbox),
}

/// A mail that the transport is ready to take.
pub enum Delivery {
    /// The mail server has accepted the recipient.
    Smtp(Box<Session>),
    /// See [`Transport::Inbox`].
    Inbox(Inbox),
}

impl Transport {
    /// Chooses by the configuration. Nothing is connected to before the first mail.
    ///
    /// # Errors
    /// The system's certificates cannot be read, in a sentence.
    pub fn connect(config: &Config) -> Result<Self, String> {
        match &config.smtp {
            Some(url) => Ok(Self::Smtp(Smtp::new(url, config.sender().email)?)),
            None => Ok(Self::Inbox(Inbox::default())),
        }
    }

    /// Whether the mail server can be reached and accepts the login.
    ///
    /// # Errors
    /// [`super::error::FailureKind::Temporary`], always.
    pub async fn check(&self) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Inbox(_) => Ok(()),
        }
    }

    /// Announces a mail to this address, so that no link is minted for a mail that cannot leave.
    ///
    /// # Errors
    /// [`SendError`]; nothing has been handed over.
    pub async fn open(&self, to: &Address) -> Result<Delivery, SendError> {
        match self {
            Self::Smtp(smtp) => smtp.open(to).await.map(|session| Delivery::Smtp(Box::new(session))),
            Self::Inbox(inbox) => Ok(Delivery::Inbox(inbox.clone())),
        }
    }

    /// The local inbox, where there is one.
    #[must_use]
    pub const fn inbox(&self) -> Option<&Inbox> {
        match self {
            Self::Smtp(_) => None,
            Self::Inbox(inbox) => Some(inbox),
        }
    }
}

impl Delivery {
    /// Hands the mail over.
    ///
    /// # Errors
    /// [`SendError`]; with [`super::error::FailureKind::Unconfirmed`] the server may have taken it nevertheless.
    pub async fn send(self, mail: &Mail) -> Result<(), SendError> {
        match self {
            Self::Smtp(session) => session.send(mail).await,
            Self::Inbox(inbox) => {
                inbox.keep(mail);
                Ok(())
            }
        }
    }

    /// Hands nothing over.
    pub fn cancel(self) {
        match self {
            Self::Smtp(session) => session.close(),
            Self::Inbox(_) => {}
        }
    }
}
