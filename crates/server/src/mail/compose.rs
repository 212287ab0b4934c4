//! Makes a mail of a letter: the words from `mails/`, text and HTML, safe whatever the names hold (EML-04, EML-05).

use super::letter::{Envelope, Letter};
use super::template::{Style, fill};
use crate::config::{Config, duration};
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use time::OffsetDateTime;
use time::macros::format_description;

/// The longest name that is greeted, in characters.
const LONGEST_NAME: usize = 100;

/// What all mails of one installation share.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The name that subjects and texts show.
    pub name: String,
    /// The sender.
    pub from: Mailbox,
    /// Where a person may find help.
    pub support_email: Option<String>,
}

impl From<&Config> for Brand {
    fn from(config: &Config) -> Self {
        Self { name: config.brand.clone(), from: config.mail_from.clone(), support_email: config.support_email.clone() }
    }
}

/// A mail ready to leave. It holds a link: it is neither logged nor stored.
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
    /// Sender and recipient as SMTP needs them.
    #[must_use]
    pub fn envelope(&self) -> &lettre::address::Envelope {
        self.message.envelope()
    }

    /// The whole mail (RFC 5322): ASCII, unless the address itself is not, and lines that end in CRLF.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.message.formatted()
    }
}

/// A mail could not be made; the text holds nothing of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ComposeError(pub &'static str);

/// RFC 3834: keeps vacation messages and mailing lists from answering.
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

/// The templates of one mail.
struct Templates {
    subject: &'static str,
    text: &'static str,
    html: &'static str,
}

const LAYOUT: &str = include_str!("../../mails/layout.html");

const fn templates(letter: &Letter) -> Templates {
    match letter {
        Letter::ResetLink { .. } => Templates {
            subject: include_str!("../../mails/reset_link/subject.txt"),
            text: include_str!("../../mails/reset_link/body.txt"),
            html: include_str!("../../mails/reset_link/body.html"),
        },
        Letter::Welcome { .. } => Templates {
            subject: include_str!("../../mails/welcome/subject.txt"),
            text: include_str!("../../mails/welcome/body.txt"),
            html: include_str!("../../mails/welcome/body.html"),
        },
        Letter::PasswordChanged { .. } => Templates {
            subject: include_str!("../../mails/password_changed/subject.txt"),
            text: include_str!("../../mails/password_changed/body.txt"),
            html: include_str!("../../mails/password_changed/body.html"),
        },
    }
}

/// Words the letter and packs it.
///
/// # Errors
/// The address passes our rules and not lettre's, or the system gives no random numbers.
pub fn compose(brand: &Brand, envelope: &Envelope, letter: &Letter) -> Result<Mail, ComposeError> {
    let name = harmless_name(&envelope.to_name);
    let facts = facts(letter);
    let mut values = vec![
        ("brand", brand.name.as_str()),
        ("name", name.as_deref().unwrap_or_default()),
        ("email", envelope.to.as_str()),
        ("support", brand.support_email.as_deref().unwrap_or_default()),
    ];
    values.extend(facts.iter().map(|(key, value)| (*key, value.as_str())));
    let templates = templates(letter);
    let subject = fill(templates.subject, &values, Style::Text).trim_end().to_owned();
    let text = fill(templates.text, &values, Style::Text);
    let content = fill(templates.html, &values, Style::Html);
    let html = fill(LAYOUT, &[("brand", brand.name.as_str()), ("subject", &subject), ("content", &content)], Style::Html);

    let to = envelope.to.as_str().parse().map_err(|_| ComposeError("the address cannot stand in a mail"))?;
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
    Ok(Mail { to: envelope.to.to_string(), subject, text, html, message })
}

/// What the templates are filled in with, beside what all mails share.
fn facts(letter: &Letter) -> Vec<(&'static str, String)> {
    match letter {
        Letter::ResetLink { link, not_me_link, ttl, requested_by_admin } => {
            let admin = requested_by_admin.as_deref().map(|name| harmless_name(name).unwrap_or_else(|| "An administrator".to_owned()));
            vec![
                ("link", link.clone()),
                ("not_me_link", not_me_link.clone()),
                ("ttl", duration::in_words(*ttl)),
                ("admin", admin.unwrap_or_default()),
            ]
        }
        Letter::Welcome { link, ttl } => vec![("link", link.clone()), ("ttl", duration::in_words(*ttl))],
        Letter::PasswordChanged { at } => vec![("at", moment(*at))],
    }
}

/// Quoted-printable whatever the text: every line short, ASCII, and ended by CRLF. RUSTSEC-2026-0561 (a dot after a bare
/// LF is not doubled) has nothing to work on then.
fn part(kind: ContentType, body: &str) -> SinglePart {
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(body.to_owned())
}

/// Random, and of the sender's domain: lettre's own would tell the name of this machine.
fn message_id(from: &Mailbox) -> Result<String, ComposeError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| ComposeError("the system gives no random numbers"))?;
    let domain = if from.email.domain().is_ascii() { from.email.domain() } else { "localhost" };
    Ok(format!("<{:032x}@{domain}>", u128::from_ne_bytes(bytes)))
}

/// A name fit for a greeting, on one line; none for what is long, empty, or might become a link in somebody's mail
/// program: whoever may choose a name must not choose a link in a mail from us.
fn harmless_name(name: &str) -> Option<String> {
    let visible: String = name.chars().map(|c| if c.is_control() || is_invisible(c) { ' ' } else { c }).collect();
    let name = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = name.chars().count() <= LONGEST_NAME && name.contains(char::is_alphanumeric) && !may_become_a_link(&name);
    fits.then_some(name)
}

/// Line separators, marks of direction, and characters of no width.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `https:…`, `evil.com`, `a@b`, `x/y`; but not `J. R. Smith` or `Smith Jr.`
fn may_become_a_link(name: &str) -> bool {
    let dotted = |word: &str| {
        let labels: Vec<&str> = word.split(['.', '。', '．', '｡']).collect();
        labels
            .windows(2)
            .any(|pair| pair[0].ends_with(char::is_alphanumeric) && pair[1].chars().take_while(|c| c.is_alphanumeric()).count() >= 2)
    };
    name.contains(['@', '/', '\\', ':', '<', '>']) || name.split(' ').any(dotted)
}

/// `24 November 2026 at 03:36 UTC`.
fn moment(at: i64) -> String {
    let format = format_description!("[day padding:none] [month repr:long] [year] at [hour]:[minute] UTC");
    OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)).ok().and_then(|time| time.format(&format).ok()).unwrap_or_default()
}
