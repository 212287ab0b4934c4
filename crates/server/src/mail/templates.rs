//! Mail templates: what each mail has to say, and its text, HTML and subject from `templates/mail/`. askama checks the
//! templates while the program is compiled.

use super::error::ComposeError;
use crate::address::Address;
use crate::config::duration;
use askama::Template;
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::format_description;

/// The longest name that is greeted, in characters.
const MAX_NAME: usize = 100;

/// To whom.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// The address stored in the profile, never one that was typed (EML-01).
    pub address: Address,
    /// The person's name as stored; anything, so it is never trusted.
    pub name: String,
}

/// What. `Debug` hides the links.
#[derive(Clone)]
pub enum MailTemplate {
    /// "Reset your BRAND password".
    ResetLink {
        /// `{public URL}/reset-password#token=…`.
        link: String,
        /// `{public URL}/not-me#token=…`, for recipients who did not ask.
        not_me_link: String,
        /// How long the link works from now on.
        ttl: Duration,
        /// The admin who asked; `None` where the person did.
        requested_by_admin: Option<String>,
    },
    /// "Welcome to BRAND: set your password".
    Welcome {
        /// `{public URL}/reset-password#token=…`.
        link: String,
        /// How long the link works from now on.
        ttl: Duration,
    },
    /// "Your BRAND password was changed": after every change, without any link (TOK-17).
    PasswordChanged {
        /// When, in Unix milliseconds.
        at: i64,
    },
    /// "Your BRAND email address was changed": to the address that was taken out of the account, without any link and
    /// without the new one, as whoever reads mail there may be somebody else by now.
    AddressChanged {
        /// When, in Unix milliseconds.
        at: i64,
        /// The admin who did it.
        admin: String,
    },
}

impl MailTemplate {
    /// The folder of its templates; also what logs call it.
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

/// The values that every mail has.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub(super) brand: &'a str,
    /// A name fit for a greeting.
    pub(super) name: Option<&'a str>,
    pub(super) email: &'a str,
    pub(super) support: Option<&'a str>,
}

/// A mail in words.
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

/// Renders the three parts.
///
/// # Errors
/// None that a template could cause.
pub(super) fn render(template: &MailTemplate, shared: Shared<'_>) -> Result<Rendered, ComposeError> {
    let Shared { brand, name, email, support } = shared;
    let failed = |_| ComposeError("a template cannot be rendered");
    let subject = Subject { brand, template }.render().map_err(failed)?.trim_end().to_owned();
    let text = Text { brand, name, email, support, template }.render().map_err(failed)?;
    let html = Html { subject: &subject, brand, name, email, support, template }.render().map_err(failed)?;
    Ok(Rendered { subject, text, html })
}

/// An admin as a mail names them.
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

/// A name fit for a greeting, on one line; none for one that is long, empty, or might become a link in somebody's mail
/// program: whoever may choose a name must not choose a link in a mail from us.
pub(super) fn safe_name(name: &str) -> Option<String> {
    let visible: String = name.chars().map(|c| if c.is_control() || is_invisible(c) { ' ' } else { c }).collect();
    let name = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = name.chars().count() <= MAX_NAME && name.contains(char::is_alphanumeric) && !may_become_a_link(&name);
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

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn moments_are_written_in_words() {
        assert_eq!(moment(&0), "1 January 1970 at 00:00 UTC");
        assert_eq!(moment(&1_795_491_360_999), "24 November 2026 at 03:36 UTC");
    }
}
