//! A mail received by the SMTP server.

use mail_parser::{Message, MessageParser};

/// A message and the recipients of its envelope.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mail {
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Raw message between `DATA` and the final dot, dots unstuffed.
    pub raw: Vec<u8>,
}

impl Mail {
    fn parsed(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).expect("a message that can be parsed")
    }

    /// Returns the decoded subject.
    #[must_use]
    pub fn subject(&self) -> String {
        self.parsed().subject().unwrap_or_default().to_owned()
    }

    /// Returns the decoded text part.
    #[must_use]
    pub fn text(&self) -> String {
        self.parsed().body_text(0).expect("a text part").into_owned()
    }

    /// Returns the decoded HTML part.
    #[must_use]
    pub fn html(&self) -> String {
        self.parsed().body_html(0).expect("an HTML part").into_owned()
    }

    /// Returns the raw message as text.
    #[must_use]
    pub fn raw_text(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    /// Returns the first link with a token to `page`, such as `reset-password`, in the text part.
    #[must_use]
    #[track_caller]
    pub fn link(&self, page: &str) -> String {
        let text = self.text();
        let mut words = text.split_whitespace().map(|word| word.trim_matches(['<', '>', '(', ')', '.', ',']));
        let link = words.find(|word| word.starts_with("http") && word.contains(&format!("/{page}#token=")));
        link.unwrap_or_else(|| panic!("no link to {page} in: {text}")).to_owned()
    }

    /// Returns the link to the form for a new password.
    #[must_use]
    #[track_caller]
    pub fn reset_link(&self) -> String {
        self.link("reset-password")
    }

    /// Returns the token of [`Self::reset_link`].
    #[track_caller]
    pub fn token(&self) -> String {
        self.reset_link().split_once("#token=").expect("a token").1.to_owned()
    }
}
