//! A letter as its reader sees it.

use mail_parser::MessageParser;

use crate::give_up;

/// A letter that arrived.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Whom the envelope named.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
    /// The text part, decoded.
    pub text: String,
    /// The HTML part, decoded.
    pub html: String,
    /// All of it, as it came over the wire.
    pub raw: String,
}

impl Mail {
    /// Reads what came for `to`.
    #[must_use]
    pub fn read(to: &str, message: &[u8]) -> Self {
        let raw = String::from_utf8_lossy(message).into_owned();
        let Some(parsed) = MessageParser::default().parse(message) else { give_up(format!("not a letter:\n{raw}")) };
        Self {
            to: to.to_owned(),
            subject: parsed.subject().unwrap_or_default().to_owned(),
            text: parsed.body_text(0).unwrap_or_default().into_owned(),
            html: parsed.body_html(0).unwrap_or_default().into_owned(),
            raw,
        }
    }

    /// The link in its text that leads to `path`.
    #[must_use]
    #[track_caller]
    pub fn link(&self, path: &str) -> String {
        let words = self.text.split_whitespace().map(|word| word.trim_matches(['<', '>', '(', ')', '.', ',']));
        let mut links = words.filter(|word| word.starts_with("http") && word.contains(&format!("{path}#token=")));
        match links.next() {
            Some(link) => link.to_owned(),
            None => give_up(format!("no link to {path} in:\n{}", self.text)),
        }
    }

    /// The link that sets a new password.
    #[must_use]
    #[track_caller]
    pub fn reset_link(&self) -> String {
        self.link("/reset-password")
    }
}

/// The token of a link: what follows `#token=`.
#[must_use]
pub(crate) fn token_of(link: &str) -> &str {
    link.split_once("#token=").map_or_else(|| give_up(format!("no token in {link}")), |(_, token)| token)
}

#[cfg(test)]
mod tests {
    use super::{Mail, token_of};

    #[test]
    fn a_link_is_found_whatever_stands_around_it() {
        let letter = "Subject: x\r\n\r\nOpen <https://a.example/reset-password#token=abc>.\r\nNot you? https://a.example/not-me#token=abc";
        let mail = Mail::read("j@example.com", letter.as_bytes());
        assert_eq!(mail.reset_link(), "https://a.example/reset-password#token=abc");
        assert_eq!(token_of(&mail.link("/not-me")), "abc");
    }
}
