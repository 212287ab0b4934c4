//! The conversation with the mail server: lettre's SMTP client, kept open between mails, with a clock on every step.
//!
//! lettre has a pool too, but it waits for an answer for ever, and it does not say which command was refused. A refused
//! recipient means another thing than a refused sender or a refused login.

use super::compose::Mail;
use crate::config::{Security, SmtpUrl};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use std::error::Error as _;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// How long connecting, with TLS and login, may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a mail may take on an open connection.
const SEND: Duration = Duration::from_secs(10);
/// Connections kept for the next mails.
const KEEP: usize = 4;
/// An open connection this young is used without asking whether it still works.
const FRESH: Duration = Duration::from_secs(2);
/// After this a kept connection is closed; servers give up after some minutes themselves.
const STALE: Duration = Duration::from_secs(60);
/// How much of the server's own words is kept, in characters.
const LONGEST_REASON: usize = 160;
const UNREACHABLE: &str = "The mail server cannot be reached.";

/// A mail server. Cheap to clone.
#[derive(Clone)]
pub struct Smtp(Arc<Server>);

struct Server {
    url: SmtpUrl,
    tls: Option<TlsParameters>,
    hello: ClientId,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// What went wrong: a short text without address, link or secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SmtpError {
    /// In words.
    pub reason: String,
    /// Whether trying again is of any use, and if not, whose fault it is.
    pub blame: Blame,
}

/// What a mail failed by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Blame {
    /// The moment, or the configuration: it may work later.
    Moment,
    /// This mail, or what the server makes of us: trying it again is pointless, and another may arrive.
    Mail,
    /// The address: no mail arrives there.
    Address,
}

impl Smtp {
    /// Prepares, and connects to nothing yet.
    ///
    /// # Errors
    /// The system's certificates cannot be read, or the host's name cannot stand in one.
    pub fn new(url: &SmtpUrl) -> Result<Self, String> {
        let tls = match url.security {
            Security::Plain => None,
            Security::StartTls | Security::Tls => Some(TlsParameters::new(url.host.clone()).map_err(|_| {
                "TLS to the mail server cannot be set up; check the host in REKEY_SMTP_URL, and that the system's certificates are installed (ca-certificates)."
                    .to_owned()
            })?),
        };
        Ok(Self(Arc::new(Server { url: url.clone(), tls, hello: ClientId::default(), idle: Mutex::default() })))
    }

    /// Makes sure of an open connection, logged in.
    ///
    /// # Errors
    /// It cannot be had; never for good.
    pub async fn ready(&self) -> Result<(), SmtpError> {
        let (connection, _) = self.0.connection().await?;
        self.0.keep(connection);
        Ok(())
    }

    /// Sends one mail.
    ///
    /// # Errors
    /// [`SmtpError`]; after a timeout the server may have taken the mail nevertheless.
    pub async fn deliver(&self, mail: &Mail) -> Result<(), SmtpError> {
        let (connection, kept) = self.0.connection().await?;
        // Whatever fails, the connection is dropped with it: no later mail inherits half a conversation.
        let connection = match timed(SEND, conversation(connection, mail)).await {
            // The server closed a kept connection before it heard of this mail: it gets a new one.
            Err(Stumble::AtFirst(_)) if kept => timed(SEND, conversation(self.0.connect().await?, mail)).await?,
            other => other?,
        };
        self.0.keep(connection);
        Ok(())
    }
}

impl Server {
    /// An open connection, and whether it is one of those kept.
    async fn connection(&self) -> Result<(AsyncSmtpConnection, bool), SmtpError> {
        while let Some((mut connection, since)) = self.take() {
            if since.elapsed() < FRESH || tokio::time::timeout(FRESH, connection.test_connected()).await == Ok(true) {
                return Ok((connection, true));
            }
        }
        Ok((self.connect().await?, false))
    }

    fn take(&self) -> Option<(AsyncSmtpConnection, Instant)> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(_, since)| since.elapsed() < STALE);
        idle.pop()
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEEP && !connection.has_broken() {
            idle.push((connection, Instant::now()));
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        timed(CONNECT, self.dial()).await
    }

    async fn dial(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let SmtpUrl { host, port, security, credentials } = &self.url;
        let place = (host.as_str(), *port);
        let connected = match &self.tls {
            Some(tls) if *security == Security::Tls => {
                AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT), &self.hello, Some(tls.clone()), None).await
            }
            _ => {
                let stream = TcpStream::connect(place).await.map_err(|_| temporary(UNREACHABLE))?;
                // A mail's end is written by itself, and would wait 40 ms for the answer to what came before it (RFC 9293,
                // section 3.7.4). Without it the mail arrives, later.
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
        // Nothing secret before this point, and nothing at all after it where TLS was asked for and is not there.
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

/// How far a mail came.
enum Stumble {
    /// The connection was gone at the first command.
    AtFirst(SmtpError),
    /// Anything else.
    Later(SmtpError),
}

impl From<SmtpError> for Stumble {
    fn from(error: SmtpError) -> Self {
        Self::Later(error)
    }
}

impl From<Stumble> for SmtpError {
    fn from(stumble: Stumble) -> Self {
        let (Stumble::AtFirst(error) | Stumble::Later(error)) = stumble;
        error
    }
}

async fn timed<T, E: From<SmtpError>>(limit: Duration, step: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    tokio::time::timeout(limit, step).await.unwrap_or_else(|_| Err(temporary("The mail server did not answer in time.").into()))
}

/// One mail, command by command (RFC 5321 section 3.3).
async fn conversation(mut connection: AsyncSmtpConnection, mail: &Mail) -> Result<AsyncSmtpConnection, Stumble> {
    let envelope = mail.envelope();
    let mut parameters = Vec::new();
    if !envelope.from().into_iter().chain(envelope.to()).all(|address| address.user().is_ascii() && address.domain().is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let reason = "The mail server takes no addresses with letters beyond a to z (SMTPUTF8).".to_owned();
            return Err(SmtpError { reason, blame: Blame::Mail }.into());
        }
        parameters.push(MailParameter::SmtpUtfEight);
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let sender = MailFrom::new(envelope.from().cloned(), parameters);
    connection.command(sender).await.map_err(|error| match error.status() {
        None => Stumble::AtFirst(lost()),
        Some(_) => answered("The mail server did not take the sender", &error, Said::ToUs).into(),
    })?;
    for to in envelope.to() {
        let recipient = Rcpt::new(to.clone(), Vec::new());
        connection.command(recipient).await.map_err(|error| answered("The mail server refused the address", &error, Said::OfTheAddress))?;
    }
    connection.command(Data).await.map_err(|error| answered("The mail server refused the mail", &error, Said::OfTheMail))?;
    connection.message(&mail.bytes()).await.map_err(|error| answered("The mail server refused the mail", &error, Said::OfTheMail))?;
    Ok(connection)
}

fn lost() -> SmtpError {
    temporary("The connection to the mail server was lost.")
}

fn temporary(reason: &str) -> SmtpError {
    SmtpError { reason: reason.to_owned(), blame: Blame::Moment }
}

fn unreachable_server(error: &Error) -> SmtpError {
    match (error.status(), tls_trouble(error)) {
        (Some(code), _) => temporary(&format!("The mail server turned the connection away ({code}).")),
        (None, Some(true)) => temporary("The mail server's TLS certificate could not be verified."),
        (None, Some(false)) => temporary("TLS with the mail server failed; check the port and the scheme in REKEY_SMTP_URL."),
        (None, None) => temporary(UNREACHABLE),
    }
}

/// Whether TLS failed, and if so, whether over the certificate. rustls hides in an I/O error.
fn tls_trouble(error: &Error) -> Option<bool> {
    let causes = std::iter::successors(error.source(), |cause| (**cause).source());
    let io = causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).find(|io| io.kind() == io::ErrorKind::InvalidData);
    match io {
        Some(io) => Some(io.to_string().contains("certificate")),
        None => error.is_tls().then_some(false),
    }
}

/// To which command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Said {
    /// MAIL FROM: whom we are.
    ToUs,
    /// RCPT TO.
    OfTheAddress,
    /// DATA, and what comes after it.
    OfTheMail,
}

/// What the server said to a command.
fn answered(what: &str, error: &Error, said: Said) -> SmtpError {
    let Some(code) = error.status() else {
        return lost();
    };
    let code = code.to_string();
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    let reason = match harmless(&words) {
        words if words.is_empty() => format!("{what} ({code})."),
        words => format!("{what} ({code}): {words}"),
    };
    SmtpError { reason, blame: blame(said, &code, words.split_whitespace().next().unwrap_or_default()) }
}

/// Only a 5xx answer is for good (RFC 5321 section 4.2.1), and a missing login (530, 534, 535, 538: RFC 4954) is ours to
/// mend. Of the address speak the enhanced codes that say so (RFC 3463 section 3.2 and 3.3, RFC 7505: 5.1.10); where there
/// is none, what RCPT is answered when there is no such mailbox (RFC 5321 section 4.2.3, RFC 7504: 556). All else, policies
/// (5.7) first, may be otherwise for the next mail.
fn blame(said: Said, code: &str, enhanced: &str) -> Blame {
    if !code.starts_with('5') || said == Said::ToUs || matches!(code, "530" | "534" | "535" | "538") {
        return Blame::Moment;
    }
    let is_enhanced = enhanced.starts_with("5.") && enhanced.split('.').count() == 3;
    let of_the_address = match is_enhanced {
        true => matches!(enhanced, "5.1.0" | "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10" | "5.2.1"),
        false => said == Said::OfTheAddress && matches!(code, "550" | "551" | "553" | "556"),
    };
    if of_the_address { Blame::Address } else { Blame::Mail }
}

/// The server's own words, shortened; without addresses, links and long runs of letters and digits, which it may have
/// copied from the mail.
fn harmless(words: &str) -> String {
    let kept = words.split_whitespace().filter(|word| word.len() < 32 && !word.contains(['@', '#', '/', '=']));
    let text: String = kept.collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).collect();
    text.chars().take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests;
