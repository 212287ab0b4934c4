//! How mail leaves: over SMTP, or into the local inbox. Callers do not know which.

use super::compose::Mail;
use super::inbox::Inbox;
use super::smtp::{Blame, Smtp, SmtpError};
use crate::config::Config;
use crate::metrics;

/// Hands mail over. Cheap to clone; one for the whole program.
#[derive(Clone)]
pub enum Transport {
    /// To a mail server.
    Smtp(Smtp),
    /// To a page of this server.
    Inbox(Inbox),
}

/// Why a mail was not handed over; a short text without address, link or secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Failure {
    /// It may work later, or once the configuration is mended.
    Temporary(String),
    /// The mail server refused this mail for good.
    Refused(String),
    /// The mail server knows no such address.
    NoSuchAddress(String),
}

impl Transport {
    /// Chooses by the configuration. Nothing is connected to before the first mail.
    ///
    /// # Errors
    /// The system's certificates cannot be read, in a sentence.
    pub fn connect(config: &Config) -> Result<Self, String> {
        match &config.smtp {
            Some(url) => Ok(Self::Smtp(Smtp::new(url)?)),
            None => Ok(Self::Inbox(Inbox::default())),
        }
    }

    /// Whether mail can be handed over right now, so that no link is minted for a mail that cannot leave.
    ///
    /// # Errors
    /// [`Failure::Temporary`], always.
    pub async fn ready(&self) -> Result<(), Failure> {
        match self {
            Self::Smtp(smtp) => smtp.ready().await.map_err(|SmtpError { reason, .. }| temporary(reason)),
            Self::Inbox(_) => Ok(()),
        }
    }

    /// Hands one mail over.
    ///
    /// # Errors
    /// [`Failure`]. After a timeout the server may have taken it nevertheless.
    pub async fn deliver(&self, mail: Mail) -> Result<(), Failure> {
        match self {
            Self::Smtp(smtp) => smtp.deliver(&mail).await.map_err(Failure::from),
            Self::Inbox(inbox) => {
                inbox.keep(&mail);
                Ok(())
            }
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

impl From<SmtpError> for Failure {
    fn from(error: SmtpError) -> Self {
        match error.blame {
            Blame::Moment => temporary(error.reason),
            Blame::Mail => Self::Refused(error.reason),
            Blame::Address => Self::NoSuchAddress(error.reason),
        }
    }
}

/// Counted here, as what is tried again has no other end that an operator could watch.
fn temporary(reason: String) -> Failure {
    metrics::mail_failed();
    Failure::Temporary(reason)
}
