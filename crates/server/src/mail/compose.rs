//! Mail composition: renders a template to text and HTML, safe for any names (EML-04, EML-05).

use super::error::ComposeError;
use super::templates::{MailTemplate, Recipient, Rendered, Shared, render, safe_name};
use crate::config::Config;
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

/// Values shared by all mails of an installation.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The name in subjects and texts.
    pub name: String,
    /// The sender.
    pub from: Mailbox,
    /// The address for support.
    pub support_email: Option<String>,
}

impl From<&Config> for Brand {
    fn from(config: &Config) -> Self {
        Self { name: config.brand.clone(), from: config.sender(), support_email: config.support_email.clone() }
    }
}

/// A composed mail. It contains a link, so it is neither logged nor stored.
#[derive(Clone)]
pub struct Mail {
    /// The recipient's address.
    pub to: String,
    /// The subject, on one line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    message: Message,
}

impl Mail {
    /// Returns sender and recipient for SMTP.
    #[must_use]
    pub fn envelope(&self) -> &lettre::address::Envelope {
        self.message.envelope()
    }

    /// Returns the formatted message (RFC 5322): ASCII, unless the address itself is not; lines end in CRLF.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.message.formatted()
    }
}

/// RFC 3834: suppresses automatic replies, such as vacation messages and mailing list responses.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Renders the template and builds the message.
///
/// # Errors
/// The address passes our rules but not lettre's, or the system's random source failed.
pub fn compose(brand: &Brand, recipient: &Recipient, template: &MailTemplate) -> Result<Mail, ComposeError> {
    let name = safe_name(&recipient.name);
    let email = recipient.address.as_str();
    let shared = Shared { brand: &brand.name, name: name.as_deref(), email, support: brand.support_email.as_deref() };
    let Rendered { subject, text, html } = render(template, shared)?;

    let to = email.parse().map_err(|_| ComposeError("the address cannot stand in a mail"))?;
    let message = Message::builder()
        .from(brand.from.clone())
        .to(Mailbox::new(name, to))
        .subject(&subject)
        .message_id(Some(message_id(&brand.from)?))
        .header(AutoSubmitted)
        .multipart(
            MultiPart::alternative().singlepart(part(ContentType::TEXT_PLAIN, &text)).singlepart(part(ContentType::TEXT_HTML, &html)),
        )
        .map_err(|_| ComposeError("the mail cannot be put together"))?;
    Ok(Mail { to: email.to_owned(), subject, text, html, message })
}

/// Always quoted-printable: short ASCII lines that end in CRLF. This rules out RUSTSEC-2026-0561 (a dot after a bare LF is not doubled).
fn part(kind: ContentType, body: &str) -> SinglePart {
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(body.to_owned())
}

/// Random, in the sender's domain: lettre's own would reveal the host name.
fn message_id(from: &Mailbox) -> Result<String, ComposeError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| ComposeError("the system gives no random numbers"))?;
    let domain = if from.email.domain().is_ascii() { from.email.domain() } else { "localhost" };
    Ok(format!("<{:032x}@{domain}>", u128::from_ne_bytes(bytes)))
}

#[cfg(test)]
mod tests;
