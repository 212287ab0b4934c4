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
        Self { name: config.brand.clone(), from: config.sender(), support_email: config.support_email.clone() }
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
        Letter::AddressChanged { .. } => Templates {
            subject: include_str!("../../mails/address_changed/subject.txt"),
            text: include_str!("../../mails/address_changed/body.txt"),
            html: include_str!("../../mails/address_changed/body.html"),
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
            let admin = requested_by_admin.as_deref().map(admin_name);
            vec![
                ("link", link.clone()),
                ("not_me_link", not_me_link.clone()),
                ("ttl", duration::in_words(*ttl)),
                ("admin", admin.unwrap_or_default()),
            ]
        }
        Letter::Welcome { link, ttl } => vec![("link", link.clone()), ("ttl", duration::in_words(*ttl))],
        Letter::PasswordChanged { at } => vec![("at", moment(*at))],
        Letter::AddressChanged { at, by } => vec![("at", moment(*at)), ("admin", admin_name(by))],
    }
}

/// An admin as a mail names them.
fn admin_name(name: &str) -> String {
    harmless_name(name).unwrap_or_else(|| "An administrator".to_owned())
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

#[cfg(test)]
mod tests {
    use super::{Brand, Mail, compose, harmless_name, moment, templates};
    use crate::address::Address;
    use crate::config::Config;
    use crate::mail::letter::{Envelope, Letter};
    use std::time::Duration;

    const LINK: &str = "https://reset.example.com/reset-password#token=Zm9vYmFy_-Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8";
    const NOT_ME: &str = "https://reset.example.com/not-me#token=Zm9vYmFy_-Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm8";

    fn letters() -> [Letter; 5] {
        let ttl = Duration::from_secs(1_800);
        let reset =
            |requested_by_admin| Letter::ResetLink { link: LINK.to_owned(), not_me_link: NOT_ME.to_owned(), ttl, requested_by_admin };
        [
            reset(None),
            reset(Some("Ada Admin".to_owned())),
            Letter::Welcome { link: LINK.to_owned(), ttl: Duration::from_secs(86_400) },
            Letter::PasswordChanged { at: 1_795_491_360_000 },
            Letter::AddressChanged { at: 1_795_491_360_000, by: "Ada Admin".to_owned() },
        ]
    }

    fn mail(name: &str, letter: &Letter) -> Mail {
        let flags = ["--public-url", "https://reset.example.com", "--support-email", "help@example.com"];
        let brand = Brand::from(&Config::from_flags(&flags).expect("flags"));
        let to = Address::parse("jo@example.com").expect("an address");
        compose(&brand, &Envelope { to, to_name: name.to_owned() }, letter).expect("a mail")
    }

    #[test]
    fn subjects_are_those_of_the_contract() {
        let subjects = letters().map(|letter| mail("Jo", &letter).subject);
        assert_eq!(
            subjects,
            [
                "Reset your Squaretalk password",
                "Reset your Squaretalk password",
                "Welcome to Squaretalk: set your password",
                "Your Squaretalk password was changed",
                "Your Squaretalk email address was changed"
            ]
        );
    }

    #[test]
    fn both_parts_say_the_same_and_leave_nothing_open() {
        for letter in letters() {
            let mail = mail("Jo", &letter);
            for part in [&mail.text, &mail.html] {
                assert!(part.contains("Hello Jo,") && part.contains("jo@example.com") && part.contains("help@example.com"), "{part}");
                assert!(!part.contains("{{") && !part.contains("}}"), "{part}");
            }
        }
    }

    #[test]
    fn every_value_that_a_template_names_is_known() {
        let common = ["brand", "name", "email", "support"];
        for letter in letters() {
            let known: Vec<&str> = super::facts(&letter).iter().map(|(key, _)| *key).chain(common).collect();
            let templates = templates(&letter);
            for template in [templates.subject, templates.text, templates.html] {
                for tag in template.split("{{").skip(1) {
                    let key = tag.split("}}").next().unwrap_or_default().trim_start_matches(['#', '^', '/']);
                    assert!(known.contains(&key), "{}: {key}", letter.name());
                }
            }
        }
    }

    #[test]
    fn the_reset_link_comes_first_and_not_me_last() {
        let mail = mail("Jo", &letters()[0]);
        for part in [&mail.text, &mail.html] {
            let links: Vec<_> = part.match_indices("https://").map(|(at, _)| &part[at..]).collect();
            assert!(links[0].starts_with(LINK) && links[links.len() - 1].starts_with(NOT_ME), "{part}");
            assert!(part.contains("This wasn't me") && part.contains("30 minutes"), "{part}");
        }
        assert!(mail.text.trim_end().ends_with(NOT_ME));
    }

    #[test]
    fn a_reset_by_an_admin_names_the_admin() {
        let [own, by_admin, ..] = letters();
        assert!(mail("Jo", &by_admin).text.contains("Ada Admin asked us"));
        assert!(!mail("Jo", &own).text.contains("asked us"));
    }

    #[test]
    fn tok_17_the_notice_has_no_link_and_says_what_to_do() {
        let mail = mail("Jo", &letters()[3]);
        for part in [&mail.text, &mail.html] {
            assert!(!part.contains("http") && !part.contains("href") && !part.contains("token"), "{part}");
            assert!(part.contains("Forgot your password?") && part.contains("24 November 2026 at 03:36 UTC"), "{part}");
        }
    }

    #[test]
    fn who_lost_an_address_learns_when_by_whom_and_what_to_do() {
        let mail = mail("Jo", &letters()[4]);
        for part in [&mail.text, &mail.html] {
            assert!(!part.contains("http") && !part.contains("href") && !part.contains("token"), "{part}");
            assert!(part.contains("Ada Admin took") && part.contains("24 November 2026 at 03:36 UTC"), "{part}");
            assert!(part.contains("Ask your administrator"), "{part}");
        }
    }

    #[test]
    fn eml_05_names_are_escaped_in_html() {
        let mail = mail("<b>Jo & \"Co\"</b>", &letters()[2]);
        assert!(!mail.html.contains("<b>"));
        let mail = super::tests::mail("Jo & 'Co' \"x\"", &letters()[2]);
        assert!(mail.html.contains("Hello Jo &amp; &#39;Co&#39; &quot;x&quot;,"));
        assert!(mail.text.contains("Hello Jo & 'Co' \"x\","));
    }

    #[test]
    fn eml_05_a_name_that_may_become_a_link_is_left_out() {
        for name in [
            "https://evil.example",
            "evil.com",
            "Jo evil.com",
            "www.evil",
            "Jo (evil.example/login)",
            "jo@evil.example",
            "mailto:jo",
            "evil。com",
            "x\\y",
            ".",
            "",
            "\r\n.\r\n",
            &"x".repeat(101),
        ] {
            assert_eq!(harmless_name(name), None, "{name:?}");
            let mail = mail(name, &letters()[2]);
            assert!(mail.text.starts_with("Hello,\n") && !mail.text.contains("evil") && !mail.html.contains("evil"), "{name:?}");
            assert!(!String::from_utf8_lossy(&mail.bytes()).contains("evil"), "{name:?}");
        }
        let by_admin = Letter::ResetLink {
            link: LINK.to_owned(),
            not_me_link: NOT_ME.to_owned(),
            ttl: Duration::from_secs(60),
            requested_by_admin: Some("evil.com".to_owned()),
        };
        assert!(mail("Jo", &by_admin).text.contains("An administrator asked us"));
        for name in ["J. R. Smith", "Smith Jr.", "J.R. Smith", "李小龍", "O'Neil-Ávila", "Ştefan"] {
            assert_eq!(harmless_name(name).as_deref(), Some(name));
        }
        assert_eq!(harmless_name(" Jo\r\nBcc:\u{202e} x").as_deref(), None);
        assert_eq!(harmless_name(" Jo\r\n\u{202e} x").as_deref(), Some("Jo x"));
    }

    #[test]
    fn eml_04_the_bytes_are_ascii_in_short_lines_that_end_in_crlf() {
        for name in [
            "Jo\r\nBcc: eve@example.com",
            "\r\n.\r\nMAIL FROM:<eve@example.com>",
            "Jo\n.\n",
            "Þórdís\u{2028}李",
            "日本語".repeat(30).as_str(),
        ] {
            for letter in letters() {
                let bytes = mail(name, &letter).bytes();
                let text = String::from_utf8(bytes).expect("ASCII");
                assert!(text.is_ascii());
                assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "a bare CR or LF: {name:?}");
                assert!(text.split("\r\n").all(|line| line != "." && line.len() <= 78), "{name:?}");
                assert!(!text.to_ascii_lowercase().contains("\r\nbcc:"), "{name:?}");
                assert_eq!(text.matches("\r\nTo: ").count(), 1);
            }
        }
    }

    #[test]
    fn mails_are_marked_as_automatic_and_tell_no_host_name() {
        let text = String::from_utf8(mail("Jo", &letters()[0]).bytes()).expect("ASCII");
        assert!(text.contains("\r\nAuto-Submitted: auto-generated\r\n"));
        let id = text.split("Message-ID: ").nth(1).and_then(|rest| rest.split("\r\n").next()).expect("an id");
        assert!(id.ends_with("@localhost>") && id.len() > 40, "{id}");
        assert!(text.contains("multipart/alternative") && text.contains("text/plain") && text.contains("text/html"));
    }

    #[test]
    fn moments_are_written_in_words() {
        assert_eq!(moment(0), "1 January 1970 at 00:00 UTC");
        assert_eq!(moment(1_795_491_360_999), "24 November 2026 at 03:36 UTC");
    }

    #[test]
    fn a_letter_hides_its_link_from_debug() {
        assert_eq!(format!("{:?}", letters()[0]), "Letter(reset_link)");
    }
}
