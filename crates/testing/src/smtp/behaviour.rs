//! Behaviour of the SMTP server at each step of a session.

use std::fmt;
use std::time::Duration;

use super::Mail;

/// A step at which the server replies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SmtpStep {
    /// The greeting.
    Connect,
    /// `EHLO` or `HELO`.
    Ehlo,
    /// `STARTTLS`.
    StartTls,
    /// `AUTH`.
    Auth,
    /// `MAIL FROM`.
    Mail,
    /// `RCPT TO`.
    Rcpt,
    /// `DATA`, before the message.
    Data,
    /// The final dot of a message.
    Message,
    /// `QUIT`.
    Quit,
}

/// Action at a step, instead of the usual reply.
#[derive(Clone)]
pub enum SmtpAction {
    /// Sends this reply, given without its line end. A 421 also closes the connection.
    Reply(Vec<u8>),
    /// Sends a reply that depends on the message; only at [`SmtpStep::Message`].
    ReplyTo(fn(&Mail) -> String),
    /// Sends the usual reply after a delay.
    Delay(Duration),
    /// Waits for [`super::SmtpServer::release`], then acts by the behaviour set at that time.
    Hold,
    /// Sends no reply.
    Silence,
    /// Closes the connection without a reply. At [`SmtpStep::Message`] the mail has been accepted.
    Close,
}

impl fmt::Debug for SmtpAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(reply) => write!(f, "Reply({:?})", String::from_utf8_lossy(reply)),
            Self::ReplyTo(_) => f.write_str("ReplyTo"),
            Self::Delay(time) => write!(f, "Delay({time:?})"),
            Self::Hold => f.write_str("Hold"),
            Self::Silence => f.write_str("Silence"),
            Self::Close => f.write_str("Close"),
        }
    }
}

/// Behaviour of an SMTP server: starts with [`SmtpBehaviour::accept`]; each further call changes one aspect.
#[derive(Clone, Debug)]
pub struct SmtpBehaviour {
    pub(super) extensions: Vec<&'static str>,
    pub(super) actions: Vec<(SmtpStep, SmtpAction)>,
    pub(super) max_messages: usize,
    pub(super) implicit_tls: bool,
}

impl SmtpBehaviour {
    /// Accepts every mail.
    #[must_use]
    pub fn accept() -> Self {
        let extensions = vec!["8BITMIME", "SMTPUTF8", "PIPELINING"];
        Self { extensions, actions: Vec::new(), max_messages: usize::MAX, implicit_tls: false }
    }

    /// Temporary failure for new and open connections.
    #[must_use]
    pub fn busy() -> Self {
        Self::accept().reply(SmtpStep::Connect, "421 busy, try again later").reply(SmtpStep::Rcpt, "451 4.3.0 try again later")
    }

    /// Greylisting: rejects every recipient temporarily.
    #[must_use]
    pub fn greylist() -> Self {
        Self::accept().reply(SmtpStep::Rcpt, "451 4.2.0 greylisted")
    }

    /// Rejects every recipient permanently.
    #[must_use]
    pub fn reject_recipients() -> Self {
        Self::accept().reply(SmtpStep::Rcpt, "550 5.1.1 no such mailbox")
    }

    /// Reads each message and rejects it permanently, quoting its link, its recipients and control characters.
    #[must_use]
    pub fn reject_quoting() -> Self {
        let quote = |mail: &Mail| {
            let text = mail.text();
            let link = text.split_whitespace().find(|word| word.contains("://")).unwrap_or_default();
            format!("554 5.7.1 \x1b[31mspam\x1b[0m\x07 \u{202e}maps seen in {link} for {:?}", mail.to)
        };
        Self::accept().on(SmtpStep::Message, SmtpAction::ReplyTo(quote))
    }

    /// Accepts connections but never sends a greeting.
    #[must_use]
    pub fn silent() -> Self {
        Self::accept().on(SmtpStep::Connect, SmtpAction::Silence)
    }

    /// Accepts connections and sends the greeting after [`super::SmtpServer::release`].
    #[must_use]
    pub fn hold() -> Self {
        Self::accept().on(SmtpStep::Connect, SmtpAction::Hold)
    }

    /// Closes each connection before the greeting.
    #[must_use]
    pub fn down() -> Self {
        Self::accept().on(SmtpStep::Connect, SmtpAction::Close)
    }

    /// Accepts each message and closes the connection without confirming it.
    #[must_use]
    pub fn close_after_message() -> Self {
        Self::accept().on(SmtpStep::Message, SmtpAction::Close)
    }

    /// Sets the action at a step.
    #[must_use]
    pub fn on(mut self, step: SmtpStep, action: SmtpAction) -> Self {
        self.actions.retain(|(other, _)| *other != step);
        self.actions.push((step, action));
        self
    }

    /// Sets the reply at a step: text or bytes, without the line end.
    #[must_use]
    pub fn reply(self, step: SmtpStep, reply: impl AsRef<[u8]>) -> Self {
        self.on(step, SmtpAction::Reply(reply.as_ref().to_vec()))
    }

    /// Delays the usual reply at a step.
    #[must_use]
    pub fn delay(self, step: SmtpStep, time: Duration) -> Self {
        self.on(step, SmtpAction::Delay(time))
    }

    /// Offers only these extensions. `STARTTLS` is honoured.
    #[must_use]
    pub fn extensions(mut self, extensions: &[&'static str]) -> Self {
        self.extensions = extensions.to_vec();
        self
    }

    /// Closes each connection after this number of messages.
    #[must_use]
    pub fn max_messages(mut self, count: usize) -> Self {
        self.max_messages = count;
        self
    }

    /// Uses TLS from the first byte, with a self-signed certificate.
    #[must_use]
    pub fn implicit_tls(mut self) -> Self {
        self.implicit_tls = true;
        self
    }

    pub(super) fn action(&self, step: SmtpStep) -> Option<SmtpAction> {
        self.actions.iter().find(|(other, _)| *other == step).map(|(_, action)| action.clone())
    }
}

impl Default for SmtpBehaviour {
    fn default() -> Self {
        Self::accept()
    }
}
