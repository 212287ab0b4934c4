//! SMTP client: lettre's commands with a timeout on each, and a classification of rejections.
//!
//! lettre's own transport has no timeout for a response, and does not report which command was rejected: a rejected recipient is handled differently
//! from a rejected sender or login. Each mail uses its own connection.

use super::compose::Mail;
use super::error::{FailureKind, SendError};
use crate::address::Address;
use crate::config::{Security, SmtpUrl};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// Timeout for connecting, including TLS and login.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout for the response to a command before the mail data.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// Timeout for the response to the final dot (RFC 5321 section 4.5.3.2.6): a shorter one would cause duplicate mails.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(600);
/// Timeout for the response to QUIT, which runs in the background.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum length of the server's response text in a reason, in characters.
const MAX_REASON: usize = 160;
const UNREACHABLE: &str = "The mail server cannot be reached.";

/// A mail server; cheap to clone.
#[derive(Clone)]
pub struct Smtp(Arc<Server>);

struct Server {
    url: SmtpUrl,
    sender: lettre::Address,
    tls: Option<TlsParameters>,
    hello: ClientId,
}

/// A connection on which the mail server has accepted sender and recipient.
pub struct Session(AsyncSmtpConnection);

impl Smtp {
    /// Creates a client without connecting.
    ///
    /// # Errors
    /// The system's certificates cannot be read, or the host name is not valid in a certificate.
    pub fn new(url: &SmtpUrl, sender: lettre::Address) -> Result<Self, String> {
        let tls = match url.security {
            Security::Plain => None,
            Security::StartTls | Security::Tls => Some(TlsParameters::new(url.host.clone()).map_err(|_| {
                "TLS to the mail server cannot be set up; check the host in REKEY_SMTP_URL, and that the system's certificates are installed (ca-certificates)."
                    .to_owned()
            })?),
        };
        Ok(Self(Arc::new(Server { url: url.clone(), sender, tls, hello: ClientId::default() })))
    }

    /// Connects and logs in.
    ///
    /// # Errors
    /// [`FailureKind::Temporary`], always.
    pub async fn check(&self) -> Result<(), SendError> {
        self.0.connect().await.map(|connection| Session(connection).close())
    }

    /// Connects and sends sender and recipient.
    ///
    /// # Errors
    /// [`SendError`]; the mail was not sent.
    pub async fn open(&self, to: &Address) -> Result<Session, SendError> {
        let to: lettre::Address = to
            .as_str()
            .parse()
            .map_err(|_| SendError { reason: "The address cannot stand in a mail.".to_owned(), kind: FailureKind::Mail })?;
        let mut session = Session(self.0.connect().await?);
        match announce(&mut session.0, self.0.sender.clone(), to).await {
            Ok(()) => Ok(session),
            Err(error) => {
                session.close();
                Err(error)
            }
        }
    }
}

impl Session {
    /// Sends the mail.
    ///
    /// # Errors
    /// [`SendError`]; with [`FailureKind::Unconfirmed`] the server may have accepted it.
    pub async fn send(mut self, mail: &Mail) -> Result<(), SendError> {
        let sent = transfer(&mut self.0, &mail.bytes()).await;
        self.close();
        sent
    }

    /// Sends QUIT in the background (RFC 5321 section 4.1.1.10).
    pub fn close(mut self) {
        tokio::spawn(async move {
            let _ = tokio::time::timeout(QUIT_TIMEOUT, self.0.quit()).await;
        });
    }
}

impl Server {
    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        tokio::time::timeout(CONNECT_TIMEOUT, self.dial()).await.unwrap_or_else(|_| Err(temporary(NO_ANSWER)))
    }

    async fn dial(&self) -> Result<AsyncSmtpConnection, SendError> {
        let SmtpUrl { host, port, security, credentials } = &self.url;
        let server = (host.as_str(), *port);
        let connected = match &self.tls {
            Some(tls) if *security == Security::Tls => {
                AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT_TIMEOUT), &self.hello, Some(tls.clone()), None).await
            }
            _ => {
                let stream = TcpStream::connect(server).await.map_err(|_| temporary(UNREACHABLE))?;
                // The final dot is a separate write: with Nagle's algorithm it would wait 40 ms for a delayed acknowledgement (RFC 9293 section
                // 3.7.4).
                let _ = stream.set_nodelay(true);
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await
            }
        };
        let mut connection = connected.map_err(|error| unreachable_server(&error))?;
        if let (Security::StartTls, Some(tls)) = (security, &self.tls) {
            if !connection.can_starttls() {
                return Err(temporary("The mail server does not offer TLS, which REKEY_SMTP_URL requires."));
            }
            connection.starttls(tls.clone(), &self.hello).await.map_err(|error| unreachable_server(&error))?;
        }
        // No secret is sent before this point; without the required TLS, nothing is sent after it.
        if *security != Security::Plain && !connection.is_encrypted() {
            return Err(temporary("The mail server does not offer TLS, which REKEY_SMTP_URL requires."));
        }
        if let Some((user, password)) = credentials {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(|error| match error.status() {
                Some(code) => temporary(&format!("The mail server did not accept the user name and password ({code}).")),
                None => temporary("The mail server offers no way to log in that is known here."),
            })?;
        }
        Ok(connection)
    }
}

/// Sends sender and recipient (RFC 5321 section 3.3).
async fn announce(connection: &mut AsyncSmtpConnection, from: lettre::Address, to: lettre::Address) -> Result<(), SendError> {
    let mut parameters = Vec::new();
    if ![&from, &to].into_iter().all(|address| address.user().is_ascii() && address.domain().is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let reason = "The mail server takes no addresses with letters beyond a to z (SMTPUTF8).".to_owned();
            return Err(SendError { reason, kind: FailureKind::Mail });
        }
        parameters.push(MailParameter::SmtpUtfEight);
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    command(COMMAND_TIMEOUT, connection.command(MailFrom::new(Some(from), parameters)), SmtpStage::Sender).await?;
    command(COMMAND_TIMEOUT, connection.command(Rcpt::new(to, Vec::new())), SmtpStage::Recipient).await
}

/// Sends the mail data.
async fn transfer(connection: &mut AsyncSmtpConnection, content: &[u8]) -> Result<(), SendError> {
    command(COMMAND_TIMEOUT, connection.command(Data), SmtpStage::Data).await?;
    command(CONFIRM_TIMEOUT, connection.message(content), SmtpStage::Content).await
}

/// Runs one command with a timeout.
async fn command<T>(limit: Duration, answer: impl Future<Output = Result<T, Error>>, stage: SmtpStage) -> Result<(), SendError> {
    match tokio::time::timeout(limit, answer).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(refused(&error, stage)),
        Err(_) => Err(unanswered(NO_ANSWER, stage)),
    }
}

const NO_ANSWER: &str = "The mail server did not answer in time.";

/// If the final dot got no response, it is unknown whether the mail was accepted.
fn unanswered(reason: &str, stage: SmtpStage) -> SendError {
    let kind = if stage == SmtpStage::Content { FailureKind::Unconfirmed } else { FailureKind::Temporary };
    SendError { reason: reason.to_owned(), kind }
}

fn temporary(reason: &str) -> SendError {
    SendError { reason: reason.to_owned(), kind: FailureKind::Temporary }
}

fn unreachable_server(error: &Error) -> SendError {
    match (error.status(), tls_trouble(error)) {
        (Some(code), _) => temporary(&format!("The mail server turned the connection away ({code}).")),
        (None, Some(true)) => temporary("The mail server's TLS certificate could not be verified."),
        (None, Some(false)) => temporary("TLS with the mail server failed; check the port and the scheme in REKEY_SMTP_URL."),
        (None, None) => temporary(UNREACHABLE),
    }
}

/// Returns `Some` if TLS failed; true if because of the certificate. rustls errors are wrapped in I/O errors.
fn tls_trouble(error: &Error) -> Option<bool> {
    let causes = std::iter::successors(error.source(), |cause| (**cause).source());
    let io = causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).find(|io| io.kind() == io::ErrorKind::InvalidData);
    match io {
        Some(io) => Some(io.to_string().contains("certificate")),
        None => error.is_tls().then_some(false),
    }
}

/// Stage of the SMTP dialogue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum SmtpStage {
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// The mail data with its final dot.
    Content,
}

/// Returns the error for a rejected command or a lost connection.
fn refused(error: &Error, stage: SmtpStage) -> SendError {
    let Some(code) = error.status() else {
        return unanswered("The connection to the mail server was lost.", stage);
    };
    let what = match stage {
        SmtpStage::Sender => "The mail server did not take the sender",
        SmtpStage::Recipient => "The mail server refused the address",
        SmtpStage::Data | SmtpStage::Content => "The mail server refused the mail",
    };
    let code = code.to_string();
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    let reason = match sanitize(&words) {
        words if words.is_empty() => format!("{what} ({code})."),
        words => format!("{what} ({code}): {words}"),
    };
    SendError { reason, kind: failure_kind(stage, &code, words.split_whitespace().next().unwrap_or_default()) }
}

/// Classifies a rejection by its code and enhanced code.
///
/// Only a 5xx response is permanent (RFC 5321 section 4.2.1). A missing login (530, 534, 535, 538: RFC 4954) is a configuration error. The enhanced
/// codes of RFC 3463 sections 3.2 and 3.3 and RFC 7505 (5.1.10) that concern the mailbox count against the address; without an enhanced code, so do
/// the codes that mean "no such mailbox" in response to RCPT (RFC 5321 section 4.2.3, RFC 7504: 556). Everything else, especially policies (5.7), may
/// not apply to the next mail.
fn failure_kind(stage: SmtpStage, code: &str, enhanced: &str) -> FailureKind {
    if !code.starts_with('5') || stage == SmtpStage::Sender || matches!(code, "530" | "534" | "535" | "538") {
        return FailureKind::Temporary;
    }
    let is_enhanced = enhanced.starts_with("5.") && enhanced.split('.').count() == 3;
    let concerns_address = match is_enhanced {
        true => matches!(enhanced, "5.1.0" | "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10" | "5.2.1"),
        false => stage == SmtpStage::Recipient && matches!(code, "550" | "551" | "553" | "556"),
    };
    if concerns_address { FailureKind::Address } else { FailureKind::Mail }
}

/// Returns the server's response text, shortened, without addresses, links and long runs of letters and digits, which may be copied from the mail.
fn sanitize(words: &str) -> String {
    let kept = words.split_whitespace().filter(|word| word.len() < 32 && !word.contains(['@', '#', '/', '=']));
    let text: String = kept.collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).collect();
    text.chars().take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests;
