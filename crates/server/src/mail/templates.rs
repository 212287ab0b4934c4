//! Mail templates: the data of each mail, and its text, HTML and subject from `templates/mail/`. askama checks the templates at compile time.

use super::error::ComposeError;
use crate::address::Address;
use crate::config::duration;
use askama::Template;
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::format_description;

/// Maximum length of a name in a greeting, in characters.
const MAX_NAME: usize = 100;

/// The recipient of a mail.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// The address stored in the profile, never one typed into a form (EML-01).
    pub address: Address,
    /// The stored name; untrusted.
    pub name: String,
}

/// The mail to send. `Debug` hides the links.
#[derive(Clone)]
pub enum MailTemplate {
    /// "Reset your BRAND password".
    ResetLink {
        /// `{public URL}/reset-password#token=…`.
        link: String,
        /// `{public URL}/not-me#token=…`, for recipients who did not request the mail.
        not_me_link: String,
        /// How long the link is valid from now.
        ttl: Duration,
        /// The name of the admin who requested the reset; `None` if the user did.
        requested_by_admin: Option<String>,
    },
    /// "Welcome to BRAND: set your password".
    Welcome {
        /// `{public URL}/reset-password#token=…`.
        link: String,
        /// How long the link is valid from now.
        ttl: Duration,
    },
    /// "Your BRAND password was changed": sent after every change, without any link (TOK-17).
    PasswordChanged {
        /// Time of the change in Unix milliseconds.
        at: i64,
    },
    /// "Your BRAND email address was changed": sent to the removed address, without any link and without the new address, as the mailbox may belong
    /// to somebody else by now.
    AddressChanged {
        /// Time of the change in Unix milliseconds.
        at: i64,
        /// The name of the admin who changed it.
        admin: String,
    },
}

impl MailTemplate {
    /// Returns the name of the template folder, also used in logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ResetLink { .. } => "reset_link",
            Self::Welcome { .. } => "welcome",
            Self::PasswordChanged { .. } => "password_changed",
            Self::AddressChanged { .. } => "address_changed",
        }
    }
}

impl fmt::Debug for MailTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailTemplate({})", self.name())
    }
}

/// Values common to all mails.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub(super) brand: &'a str,
    /// A name safe for a greeting.
    pub(super) name: Option<&'a str>,
    pub(super) email: &'a str,
    pub(super) support: Option<&'a str>,
}

/// A rendered mail.
pub(super) struct Rendered {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

#[derive(Template)]
#[template(path = "mail/subject.txt")]
struct Subject<'a> {
    brand: &'a str,
    template: &'a MailTemplate,
}

#[derive(Template)]
#[template(path = "mail/body.txt")]
struct Text<'a> {
    brand: &'a str,
    name: Option<&'a str>,
    email: &'a str,
    support: Option<&'a str>,
    template: &'a MailTemplate,
}

#[derive(Template)]
#[template(path = "mail/body.html")]
struct Html<'a> {
    subject: &'a str,
    brand: &'a str,
    name: Option<&'a str>,
    email: &'a str,
    support: Option<&'a str>,
    template: &'a MailTemplate,
}

/// Renders subject, text and HTML.
///
/// # Errors
/// A template cannot be rendered; no template can cause this.
pub(super) fn render(template: &MailTemplate, shared: Shared<'_>) -> Result<Rendered, ComposeError> {
    let Shared { brand, name, email, support } = shared;
    let failed = |_| ComposeError("a template cannot be rendered");
    let subject = Subject { brand, template }.render().map_err(failed)?.trim_end().to_owned();
    let text = Text { brand, name, email, support, template }.render().map_err(failed)?;
    let html = Html { subject: &subject, brand, name, email, support, template }.render().map_err(failed)?;
    Ok(Rendered { subject, text, html })
}

/// Returns an admin's name for use in a mail.
fn admin_name(name: &str) -> String {
    safe_name(name).unwrap_or_else(|| "An administrator".to_owned())
}

/// `30 minutes`.
fn in_words(ttl: &Duration) -> String {
    duration::in_words(*ttl)
}

/// `24 November 2026 at 03:36 UTC`.
fn moment(at: &i64) -> String {
    let format = format_description!("[day padding:none] [month repr:long] [year] at [hour]:[minute] UTC");
    OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)).ok().and_then(|time| time.format(&format).ok()).unwrap_or_default()
}

/// Returns the name for a greeting, on one line; `None` if it is too long, empty, or a mail program could turn it into a link. Otherwise anyone who
/// can choose a name could place a link in a mail from us.
pub(super) fn safe_name(name: &str) -> Option<String> {
    let visible: String = name.chars().map(|c| if c.is_control() || is_invisible(c) { ' ' } else { c }).collect();
    let name = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = name.chars().count() <= MAX_NAME && name.contains(char::is_alphanumeric) && !may_become_a_link(&name);
    fits.then_some(name)
}

/// Line separators, bidirectional controls, and zero-width characters.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// True for `https:…`, `evil.com`, `a@b`, `x/y`; false for `J. R. Smith` and `Smith Jr.`
fn may_become_a_link(name: &str) -> bool {
    let dotted = |word: &str| {
        let labels: Vec<&str> = word.split(['.', '。', '．', '｡']).collect();
        labels
            .windows(2)
            .any(|pair| pair[0].ends_with(char::is_alphanumeric) && pair[1].chars().take_while(|c| c.is_alphanumeric()).count() >= 2)
    };
    name.contains(['@', '/', '\\', ':', '<', '>']) || name.split(' ').any(dotted)
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn moments_are_written_in_words() {
        assert_eq!(moment(&0), "1 January 1970 at 00:00 UTC");
        assert_eq!(moment(&1_795_491_360_999), "24 November 2026 at 03:36 UTC");
    }
}
